/** Told what takes long, one line each. */
export type Progress = (line: string) => void;
