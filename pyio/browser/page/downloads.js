// Downloads. Evaluates to one object of functions.
(() => ({
  // Offer a Blob as a file. The URL must stay valid after the click: browsers resolve it when the
  // user answers the prompt, and do not report that.
  download: (blob, name, lifetime) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.style.display = "none";
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), lifetime);
  },
}))()
