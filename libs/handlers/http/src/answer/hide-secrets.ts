/** Shorter pieces are words that occur anyway. */
const MIN_PIECE = 8;

/**
 * Hides the secrets that were sent, should the host send them back: as they are, as JSON and as part of a URL, and the last word of one
 * of several (`Bearer …`) by itself.
 */
export class SecretCover {
  private readonly forms: Buffer[];

  constructor(secrets: readonly string[]) {
    const pieces = secrets.flatMap((secret) => [secret, secret.split(' ').at(-1) ?? '']);
    const forms = pieces
      .filter((piece, index) => piece.length >= MIN_PIECE || piece === secrets[index / 2])
      .flatMap((piece) => [
        piece,
        JSON.stringify(piece).slice(1, -1),
        encodeURIComponent(piece),
        Buffer.from(piece).toString('base64').replace(/=+$/, ''),
      ]);
    this.forms = [...new Set(forms)].sort((a, b) => b.length - a.length).map((form) => Buffer.from(form));
  }

  /** How many bytes past a cut must be there for a secret at the cut to be seen whole. */
  get reach(): number {
    return this.forms[0]?.length ?? 0;
  }

  /** Writes asterisks over them, in place: lengths stay. */
  hideIn(bytes: Buffer): Buffer {
    for (const form of this.forms) {
      for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + form.length)) {
        bytes.fill('*', at, at + form.length);
      }
    }
    return bytes;
  }

  hideInText(text: string): string {
    return this.forms.length === 0 ? text : this.hideIn(Buffer.from(text)).toString();
  }
}
