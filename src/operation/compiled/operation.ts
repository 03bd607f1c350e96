import type { GraphQLFieldResolver, GraphQLLeafType, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context/request-context.ts';

/** Coerced variables by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** How to complete a resolved value; the response repeats it `times` times, under aliases too. */
export type Completion = { readonly isNonNull: boolean; readonly times: number } & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'object'; readonly selection: Selection }
  | {
      readonly kind: 'union';
      /** The name of a value's type. Our `resolveType`s read the value and the context alone. */
      readonly typeOf: (value: unknown, context: Context) => unknown;
      readonly selections: ReadonlyMap<string, Selection>;
    }
  | { readonly kind: 'list'; readonly item: Completion }
);

/** The selection on an object, and what each object adds to the response size besides its fields' values. */
export interface Selection {
  readonly steps: readonly Step[];
  readonly values: number;
  readonly bytes: number;
}

export type Resolve = GraphQLFieldResolver<unknown, Context>;

/** A part of an object's answer, in its place. */
export type Step = FieldStep | TypeNameStep | CopyStep;

/** A field: what graphql-js would work out again for each object. */
export interface FieldStep {
  readonly kind: 'field';
  readonly name: string;
  readonly responseName: string;
  /** Undefined: the property of the field's name. */
  readonly resolve: Resolve | undefined;
  /** Place among the fields of the operation, for what is worked out once a request. */
  readonly index: number;
  /** From the request's variables. The same object for every object that the field is resolved of. */
  readonly argumentsFrom: (variables: Variables) => Record<string, unknown>;
  /** Made once a request, as its path has no list indexes. Undefined without a resolver. */
  readonly infoFrom: ((variables: Variables) => GraphQLResolveInfo) | undefined;
  readonly completion: Completion;
}

export interface TypeNameStep {
  readonly kind: 'typeName';
  readonly responseName: string;
  readonly value: string;
}

/** The same field with the same arguments and the same selection as another of the object, under a name of its own. */
export interface CopyStep {
  readonly kind: 'copy';
  readonly responseName: string;
  readonly of: string;
}

/** An operation, ready to run with any variables that leave the same fields selected. */
export interface CompiledOperation {
  readonly selection: Selection;
  readonly fieldCount: number;
  /** All its steps, which are what it takes memory for. */
  readonly stepCount: number;
}
