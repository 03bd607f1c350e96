import type { GraphQLFieldResolver, GraphQLLeafType, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context/request-context.ts';

/** Coerced variables by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** An object of the response. */
export type Data = Record<string, unknown>;

/** How to complete a resolved value; the response repeats it `times` times, under aliases too. */
export type Completion = {
  readonly isNonNull: boolean;
  readonly times: number;
  /** Whether `write` has to look for copies below it; false for unions, which it writes as they are. */
  readonly hasCopies: boolean;
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
  readonly values: number;
  readonly bytes: number;
  /** Whether an alias repeats another here or below. */
  readonly hasCopies: boolean;
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
  readonly fieldCount: number;
  /** All its steps: its memory grows with them. */
  readonly stepCount: number;
}
