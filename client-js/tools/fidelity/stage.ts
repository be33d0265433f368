import type { Mirrored, Setting } from './contender.ts';
import { openDirectStage } from './direct.ts';
import type { Options } from './options.ts';
import { openWholePath } from './whole-path.ts';

/** Where Tandem mirrors pages: the whole path, or capture and replay alone. */
export interface Stage {
  /** The page folder that is mirrored from now on. */
  show(folder: string): void;
  measure(setting: Setting): Promise<{ readonly mirrored: Mirrored; readonly consumerPicture: Buffer }>;
  close(): Promise<void>;
}

export const openStage = (options: Options): Promise<Stage> =>
  options.direct ? Promise.resolve(openDirectStage()) : openWholePath(options);
