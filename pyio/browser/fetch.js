// The body of a fetch, read in larger portions than the browser delivers it.
({
  // Pieces of at least `count` bytes together, or what is left; an empty list at the end.
  take: async (reader, count) => {
    const pieces = [];
    for (let size = 0; size < count; ) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      size += value.byteLength;
    }
    return pieces;
  },
})
