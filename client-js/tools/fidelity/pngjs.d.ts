declare module 'pngjs' {
  export class PNG {
    static readonly sync: { read(png: Uint8Array): PNG; write(png: PNG): Buffer };
    static bitblt(from: PNG, to: PNG, fromX: number, fromY: number, width: number, height: number, toX: number, toY: number): void;
    readonly width: number;
    readonly height: number;
    readonly data: Buffer;
    constructor(size: { readonly width: number; readonly height: number });
  }
}
