import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context/request-context.ts';
import { jsonLength, maxJsonDepth, type JsonObject } from '../../json.ts';
import type { AnswerSize } from '../../context/answer-size.ts';
import { valuesPerObject } from '../../limits.ts';
import { LazyRow } from '../../projection/lazy-row.ts';
import type { RowCut } from '../../projection/row-cutter.ts';
import { ChosenObject, CutObject } from './cut-object.ts';
import type {
  CompiledOperation,
  Completion,
  Data,
  DirectRead,
  FieldStep,
  InfoSource,
  Resolve,
  Selection,
  SelectionCut,
  Variables,
} from './operation.ts';

type LeafCompletion = Extract<Completion, { kind: 'leaf' }>;
type UnionCompletion = Extract<Completion, { kind: 'union' }>;
type ListCompletion = Extract<Completion, { kind: 'list' }>;
/** An object or a list of the data. */
type Parent = Record<string | number, unknown>;

const nullBytes = 4;

/**
 * Runs a compiled operation. Undefined when anything fails: a resolver's error, a null in a non-null position, a value that
 * its scalar rejects. graphql-js then runs the operation again, over what the loaders have read, and works out the errors,
 * their paths and the nulls around them. `onBug` gets what none of these explains.
 */
export function run(
  { selection }: CompiledOperation,
  variables: Variables,
  context: Context,
  { cuts, onBug }: RunOptions,
): Promise<Data | undefined> {
  return new Run(variables, context, { cuts, onBug }).execute(selection);
}

export interface RunOptions {
  /** Whether the data may contain `CutObject`s and `ChosenObject`s, which only `write` understands. */
  readonly cuts: boolean;
  readonly onBug: (error: unknown) => void;
}

class Run {
  readonly #variables: Variables;
  readonly #context: Context;
  readonly #size: AnswerSize;
  readonly #onBug: (error: unknown) => void;
  readonly #cuts: boolean;
  /** Arguments and `info`, by the index of their field. */
  readonly #arguments: Record<string, unknown>[] = [];
  readonly #infos: (GraphQLResolveInfo | undefined)[] = [];
  /** Aliases to fill at the end with the values of the fields that they repeat. */
  readonly #copies: { readonly data: Data; readonly of: string; readonly to: string }[] = [];
  readonly #finished = Promise.withResolvers<Data | undefined>();
  #data: Data | undefined;
  /** Pending promises, plus one for the walk itself. */
  #pending = 1;
  #hasFailed = false;
  readonly #onRejected = (error: unknown): void => this.#fail(error);

  constructor(variables: Variables, context: Context, { cuts, onBug }: RunOptions) {
    this.#cuts = cuts;
    this.#onBug = onBug;
    this.#variables = variables;
    this.#context = context;
    this.#size = context.answerSize;
  }

  execute(selection: Selection): Promise<Data | undefined> {
    try {
      this.#data = this.#object(selection, undefined);
    } catch (error) {
      this.#fail(error);
    }
    this.#release();
    return this.#finished.promise;
  }

  /** An object, from the text that was cut for it or step by step. */
  #objectOf(selection: Selection, source: unknown): Data | CutObject {
    if (!this.#cuts || selection.cut === undefined) return this.#object(selection, source);
    return this.#cutObject(selection.cut, source) ?? this.#object(selection, source);
  }

  #cutObject({ cut, checks, times, rest }: SelectionCut, source: unknown): CutObject | undefined {
    if (!LazyRow.isOne(source) || !LazyRow.isOf(source, cut)) return undefined;
    const row = LazyRow.rowOf(source);
    if (!row.hasText) return undefined;
    for (const { holds } of checks) if (!holds(source as object as JsonObject)) return undefined;
    this.#size.add((row.values + row.leafless * valuesPerObject) * times, (row.textEnd - row.textStart) * times);
    return new CutObject(row, rest && this.#object(rest, source));
  }

  #object({ steps, values, bytes }: Selection, source: unknown): Data {
    this.#size.add(values, bytes);
    const data: Data = {};
    let readBytes = 0;
    for (const step of steps) {
      const { responseName } = step;
      if (step.kind === 'field') {
        const { direct } = step;
        if (direct !== undefined && canRead(direct, source)) {
          const value = direct.read(source);
          if (direct.isPlain(value)) {
            data[responseName] = value;
            readBytes += step.completion.times * plainLength(value);
          } else data[responseName] = this.#complete(step.completion, value);
          continue;
        }
        const value = this.#resolve(step, source);
        if (isPromise(value)) this.#await(value, step.completion, data, responseName);
        else data[responseName] = this.#complete(step.completion, value);
      } else if (step.kind === 'typeName') data[responseName] = step.value;
      else {
        data[responseName] = null;
        this.#copies.push({ data, of: step.of, to: responseName });
      }
    }
    this.#size.add(0, readBytes);
    return data;
  }

  #resolve(step: FieldStep, source: unknown): unknown {
    const args = (this.#arguments[step.index] ??= step.argumentsFrom(this.#variables));
    const { resolve, cut } = step;
    if (resolve !== undefined) {
      const info = this.#infoOf(step);
      if (!this.#cuts || cut === undefined) return resolve(source, args, this.#context, info);
      return resolveCutting(cut, resolve, [source, args, this.#context, info]);
    }
    if (typeof source !== 'object' || source === null) return undefined;
    const property = (source as Data)[step.name];
    return typeof property === 'function' ? (property as () => unknown).call(source) : property;
  }

  #infoOf({ index, infoFrom }: InfoSource): GraphQLResolveInfo {
    return (this.#infos[index] ??= infoFrom(this.#variables));
  }

  #complete(completion: Completion, value: unknown): unknown {
    if (value === null || value === undefined) {
      if (completion.isNonNull) throw new Unfit();
      this.#size.add(isOfLeaves(completion) ? 0 : completion.times, nullBytes * completion.times);
      return null;
    }
    if (value instanceof Error) throw value;
    if (completion.kind === 'leaf') return this.#leaf(completion, value);
    if (completion.kind === 'object') return this.#objectOf(completion.selection, value);
    return completion.kind === 'list' ? this.#list(completion, value) : this.#union(completion, value);
  }

  #leaf({ type, times }: LeafCompletion, value: unknown): unknown {
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined) throw new Unfit();
    this.#size.add(
      0,
      times * (typeof serialized === 'string' ? serialized.length + 2 : jsonLength(serialized, maxJsonDepth)),
    );
    return serialized;
  }

  #union({ typeOf, selections, source }: UnionCompletion, value: unknown): Data | ChosenObject {
    const selection = selections.get(String(typeOf(value, this.#context, this.#infoOf(source))));
    if (selection === undefined) throw new Unfit();
    const data = this.#object(selection, value);
    return this.#cuts && selection.needsWriter ? new ChosenObject(selection, data) : data;
  }

  #list({ item, times }: ListCompletion, value: unknown): unknown[] {
    if (!Array.isArray(value)) throw new Unfit();
    // A leaf has been counted where its list was selected, each object counts for itself.
    const values = isOfLeaves(item) ? Math.max(0, value.length - 1) : value.length === 0 ? 1 : 0;
    this.#size.add(times * values, times * (2 + value.length));
    const list: unknown[] = [...(value as readonly unknown[])];
    for (let index = 0; index < list.length; index += 1) {
      const element = list[index];
      if (isPromise(element)) this.#await(element, item, list as object as Parent, index);
      else list[index] = this.#complete(item, element);
    }
    return list;
  }

  /**
   * Keeps the place in an object or a list until the promise has a value for it. A method of its own: a loop whose variables
   * a closure keeps allocates them anew for each field, also for those that wait for nothing.
   */
  #await(promise: PromiseLike<unknown>, completion: Completion, parent: Parent, place: string | number): void {
    parent[place] = null;
    this.#pending += 1;
    promise.then((value) => {
      this.#take(value, completion, parent, place);
    }, this.#onRejected);
  }

  /** After a failure the value is of no use: graphql-js runs the operation then. */
  #take(value: unknown, completion: Completion, parent: Parent, place: string | number): void {
    try {
      if (!this.#hasFailed) parent[place] = this.#complete(completion, value);
    } catch (error) {
      this.#fail(error);
    }
    this.#release();
  }

  #release(): void {
    this.#pending -= 1;
    if (this.#pending > 0) return;
    for (const { data, of, to } of this.#copies) data[to] = data[of];
    this.#finished.resolve(this.#data);
  }

  #fail(error: unknown): void {
    const isFirst = !this.#hasFailed;
    this.#hasFailed = true;
    this.#finished.resolve(undefined);
    if (isFirst && !(error instanceof Unfit || error instanceof GraphQLError)) this.#onBug(error);
  }
}

/** Beside `#resolve`, which would allocate the variables of this closure for each field that it resolves. */
const resolveCutting = (cut: RowCut, resolve: Resolve, given: Parameters<Resolve>): unknown =>
  given[2].loaders.cutting(cut, () => resolve(...given));

const canRead = ({ needs }: DirectRead, source: unknown): source is object =>
  typeof source === 'object' && source !== null && (needs === undefined || needs in source);

/** Length of a string, number or boolean as JSON. */
const plainLength = (value: unknown): number => (typeof value === 'string' ? value.length + 2 : jsonLength(value, 1));

const isOfLeaves = (completion: Completion): boolean =>
  completion.kind === 'list' ? isOfLeaves(completion.item) : completion.kind === 'leaf';

/** A value that the schema does not allow. */
class Unfit extends Error {}

/** A row is none, and asking it would parse it. */
const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !LazyRow.isOne(value) &&
  'then' in value &&
  typeof value.then === 'function';
