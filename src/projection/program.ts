/** What to cut of the rows of a body. The values are exactly what the readers of `json.ts` give for the parsed row. */

export interface Program {
  /** The property of the body that holds the rows. */
  readonly list: string;
  /** Paths of texts of each row that callers want for themselves, such as ids. */
  readonly keys: readonly (readonly string[])[];
  readonly fields: readonly CutField[];
}

/** A field of an answer. A row with a null in the place of one that `isNonNull` has no text. */
export type CutField = { readonly name: string; readonly isNonNull?: boolean } & CutValue;

export type CutValue =
  | { readonly kind: 'constant'; readonly json: string }
  /** `orElse`: JSON instead of null. `otherwise`: what to read then. `unless`: this JSON where a property is the given text. */
  | {
      readonly kind: 'text';
      readonly path: readonly string[];
      readonly orElse?: string;
      readonly otherwise?: CutValue;
      readonly unless?: { readonly property: string; readonly value: string; readonly json: string };
    }
  /** `instant`: as the DateTime scalar writes it. `json`: as the JSON scalar takes it. */
  | {
      readonly kind: 'id' | 'instant' | 'int' | 'boolean' | 'json';
      readonly path: readonly string[];
      readonly orElse?: string;
    }
  /** Whether a property has this value. */
  | { readonly kind: 'equals'; readonly property: string; readonly value: string | true }
  /** JSON by the text of a property. */
  | {
      readonly kind: 'choice';
      readonly property: string;
      readonly cases: readonly (readonly [text: string, json: string])[];
      readonly orElse?: string;
      readonly otherwise?: CutValue;
    }
  /** The texts of a list. `orElse`: JSON where there is no list, `[]` by default. */
  | { readonly kind: 'texts'; readonly property: string; readonly orElse?: string }
  /** Null if there is no object, or if it lacks what it `requires`. */
  | {
      readonly kind: 'object';
      readonly path: readonly string[];
      readonly of: readonly CutField[];
      readonly requires?: Required;
    }
  /** The objects of a list that have what they `require`. */
  | {
      readonly kind: 'objects';
      readonly property: string;
      readonly of: readonly CutField[];
      readonly requires?: Required;
    }
  /** An object made of the same source; null if the property `unlessNotList` is no list. */
  | { readonly kind: 'within'; readonly of: readonly CutField[]; readonly unlessNotList?: string };

/** A property that has to be a text, or an id: a text with characters. */
export type Required = { readonly text: string } | { readonly id: string };
