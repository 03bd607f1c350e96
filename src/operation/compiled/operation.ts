import type { GraphQLFieldResolver, GraphQLLeafType, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context/request-context.ts';
import type { RowCut } from '../../projection/row-cutter.ts';
import type { Reading, TextCheck } from '../../resolvers/readers.ts';

/** Coerced variables by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** An object of the response. */
export type Data = Record<string, unknown>;

/** How to complete a resolved value; the response repeats it `times` times, under aliases too. */
export type Completion = {
  readonly isNonNull: boolean;
  readonly times: number;
  /** Whether `write` has to look for copies and cut objects below it. */
  needsWriter: boolean;
} & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'object'; readonly selection: Selection }
  | {
      readonly kind: 'union';
      /** The name of a value's type; anything else leaves the operation to graphql-js. */
      readonly typeOf: (value: unknown, context: Context, info: GraphQLResolveInfo) => unknown;
      readonly selections: ReadonlyMap<string, Selection>;
      readonly source: InfoSource;
    }
  | { readonly kind: 'list'; readonly item: Completion }
);

/** The selection on an object, and what each object adds to the response size besides its fields' values. */
export interface Selection {
  readonly steps: readonly Step[];
  /** How often the response repeats each object, under aliases too. */
  readonly times: number;
  readonly values: number;
  readonly bytes: number;
  /** Whether one of its own aliases repeats another. */
  readonly needsCopies: boolean;
  /** Whether there are such aliases, or cut objects, here or below. */
  needsWriter: boolean;
  /** How its objects are cut out of responses, if they are their rows. */
  cut: SelectionCut | undefined;
}

/** Which of a selection's fields are cut, and how the rest is run. */
export interface SelectionCut {
  readonly cut: RowCut;
  /** All of them have to hold, or the steps run instead. */
  readonly checks: readonly TextCheck[];
  readonly times: number;
  readonly rest: Selection | undefined;
}

export type Resolve = GraphQLFieldResolver<unknown, Context>;

/** One entry of an object in the response. */
export type Step = FieldStep | TypeNameStep | CopyStep;

/** Where the `info` of a field comes from. Each request creates it once: its path has no list indexes. */
export interface InfoSource {
  /** Place among the fields of the operation. */
  readonly index: number;
  readonly infoFrom: (variables: Variables) => GraphQLResolveInfo;
}

/** A field that only reads its source, so it takes neither arguments nor `info` and never waits. */
export interface DirectRead {
  /** The property without which the source is a stub, whose field has to be resolved. */
  readonly needs: string | undefined;
  readonly read: (source: object) => unknown;
  readonly reading: Reading;
  /** Whether a value that it has read is as its scalar would write it. */
  readonly isPlain: (value: unknown) => boolean;
}

/** A field, with what graphql-js looks up again for each object. */
export interface FieldStep extends InfoSource {
  readonly kind: 'field';
  readonly name: string;
  readonly responseName: string;
  /** Undefined: the property of the field's name. */
  readonly resolve: Resolve | undefined;
  readonly direct: DirectRead | undefined;
  /** Coerced from the request's variables, once for all objects of the field. */
  readonly argumentsFrom: (variables: Variables) => Record<string, unknown>;
  readonly completion: Completion;
  /** Whether its values are leaves, or lists of them. */
  readonly isOfLeaves: boolean;
  /** What the rows of its page are cut into, if it is a connection. */
  readonly cut: RowCut | undefined;
}

export interface TypeNameStep {
  readonly kind: 'typeName';
  readonly responseName: string;
  readonly value: string;
}

/** An alias of a field that the object has already: same arguments, same selection. */
export interface CopyStep {
  readonly kind: 'copy';
  readonly responseName: string;
  readonly of: string;
}

/** An operation, ready to run with any variables that leave the same fields selected. */
export interface CompiledOperation {
  readonly selection: Selection;
  /** All its steps: its memory grows with them. */
  readonly stepCount: number;
}
