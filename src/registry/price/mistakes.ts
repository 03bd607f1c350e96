import type { ASTNode, GraphQLError, Source } from 'graphql';

/** Everything that is wrong with the input of a command, so that it is reported at once. */
export class Mistakes {
  readonly #lines = new Set<string>();

  /** `places`: such as `src/mailbox.graphql:3`. Several operations can meet the same mistake: it is kept once. */
  add(places: string | readonly string[], message: string): void {
    this.#lines.add(`${[places].flat().join(', ')}: ${message}`);
  }

  /** An error of parsing, validation or coercion, at each of its places. */
  addError(error: GraphQLError, otherwise: string, hint = ''): void {
    const ofNodes = (error.nodes ?? []).map((node) => placeOf(node));
    const { source, locations } = error;
    const [first] = source === undefined ? [] : (locations ?? []).map(({ line }) => placeIn(source, line));
    const places = ofNodes.length > 0 ? [...new Set(ofNodes)] : [first ?? otherwise];
    this.add(places, error.message + hint);
  }

  get lines(): readonly string[] {
    return [...this.#lines];
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const placeIn = ({ name, locationOffset }: Source, line: number): string =>
  `${name}:${locationOffset.line + line - 1}`;

export const placeOf = ({ loc }: ASTNode): string =>
  loc === undefined ? 'unknown place' : placeIn(loc.source, loc.startToken.line);
