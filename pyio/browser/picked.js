// Files that the person at the page picks.
({
  // Ask for files; resolves to an array of File, empty if the person cancels. It must be called
  // soon after a click: browsers open no picker otherwise, and tell nobody that they did not.
  pick: (accept, multiple) => new Promise((resolve, reject) => {
    if (navigator.userActivation && !navigator.userActivation.isActive) {
      reject(new DOMException("no recent click or key press on this page", "NotAllowedError"));
      return;
    }
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
  }),
})
