declare module 'pngjs' {
  export class PNG {
    static readonly sync: { read(png: Uint8Array): PNG; write(png: PNG): Buffer };
    readonly width: number;
    readonly height: number;
    readonly data: Buffer;
    constructor(size: { readonly width: number; readonly height: number });
  }
}
