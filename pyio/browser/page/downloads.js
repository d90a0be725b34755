// Downloads. Evaluates to one object of functions.
(() => ({
  // Offer a Blob as a file. The URL must outlive the click: browsers resolve it when the
  // person answers their prompt, and give no sign of it.
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
