// Files that the person at the page picks.
(() => {
  const open = (accept, multiple) => new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.multiple = multiple;
    input.style.display = "none";
    const finish = () => {
      input.remove();
      resolve([...input.files]);
    };
    input.addEventListener("change", finish);
    input.addEventListener("cancel", finish);
    document.body.append(input);
    input.click();
  });

  const offer = (accept, multiple) => new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const button = (label, action) => {
      const element = document.createElement("button");
      element.textContent = label;
      element.addEventListener("click", () => {
        dialog.remove();
        resolve(action());
      });
      return element;
    };
    dialog.addEventListener("cancel", () => { // the Escape key
      dialog.remove();
      resolve([]);
    });
    const choose = button("Choose files …", () => open(accept, multiple));
    dialog.append("Python asks for files. ", choose, " ", button("Cancel", () => []));
    document.body.append(dialog);
    dialog.showModal();
  });

  return {
    // Ask for files; resolves to an array of File, empty if the user cancels. Browsers open a
    // picker only soon after a click, and do not report a refusal. If the last click is too long
    // ago, the page shows a button, or else this throws.
    pick: (accept, multiple, withButton) => {
      const clicked = navigator.userActivation?.isActive ?? !withButton;
      if (clicked) return open(accept, multiple);
      if (withButton) return offer(accept, multiple);
      throw new DOMException("no recent click or key press on this page", "NotAllowedError");
    },
  };
})()
