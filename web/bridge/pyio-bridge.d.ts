/** What the script adds to the page; it exports nothing. */
export {};

declare global {
  var pyioBridge: PyioBridge;

  interface PyioBridge {
    /**
     * The name by which a worker finds this page among all tabs of the origin, as in
     * `new Worker(url, { name: pyioBridge.workerName })`. Another name may contain it.
     */
    readonly workerName: string;
  }
}
