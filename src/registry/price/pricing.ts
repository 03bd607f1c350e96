import { getVariableValues, GraphQLError, type GraphQLSchema } from 'graphql';
import { readConfig } from '../../config/config.ts';
import type { QueryCost } from '../../context/query-cost.ts';
import { CostEstimator } from '../../operation/cost/estimator.ts';
import { refusalOfCost } from '../../operation/cost/limits.ts';
import { InputCheck } from '../../operation/input-check.ts';
import { argumentChecks } from '../../resolvers/argument-checks.ts';
import { assumeVariables, type Assumption, type GivenValues } from './assumptions.ts';
import type { Mistakes } from './mistakes.ts';
import type { FoundOperation } from './operations.ts';

export interface PricedOperation {
  readonly name: string;
  readonly place: string;
  readonly byEndpoint: Readonly<Record<string, number>>;
  /** What the price depends on and nobody gave. */
  readonly assumptions: readonly string[];
  /** Why a gateway with the default settings rejects the operation. */
  readonly refusal: string | undefined;
}

type Variables = Record<string, unknown>;

/** Required conditions without a value, at most: each doubles the prices to work out. */
const maxSwitches = 8;

/** Prices operations as the gateway does before it runs them, for a caller whose rooms it knows. */
export class Pricing {
  readonly #schema: GraphQLSchema;
  readonly #given: GivenValues;
  readonly #mistakes: Mistakes;
  readonly #estimator: CostEstimator;
  readonly #inputCheck: InputCheck;
  readonly #limit = readConfig({}).maxUpstreamCalls;

  constructor(schema: GraphQLSchema, given: GivenValues, mistakes: Mistakes) {
    this.#schema = schema;
    this.#given = given;
    this.#mistakes = mistakes;
    this.#estimator = new CostEstimator(schema);
    this.#inputCheck = new InputCheck(schema, argumentChecks);
  }

  /** The price of the dearest way through the conditions; undefined after a mistake. */
  priceOf(found: FoundOperation): PricedOperation | undefined {
    const { name, place } = found;
    const { values, assumptions, switches } = assumeVariables(found, this.#schema, this.#given);
    if (switches.length > maxSwitches) {
      this.#mistakes.add(
        place,
        `${name} has ${switches.length} Boolean variables without a value: give them by --variables`,
      );
      return undefined;
    }
    const { variables, cost } = this.#dearest(found, { ...values, ...valuesOf(assumptions) }, switches);
    if (cost === undefined) this.#reportVariables(found, variables);
    if (cost === undefined || !this.#isAccepted(found, variables)) return undefined;
    const conditions = switches.map((variable) => condition(variable, variables[variable] === true));
    const matters = ({ variable, other }: Assumption) =>
      this.#estimate(found, { ...variables, [variable]: other })?.calls !== cost.calls;
    return {
      name,
      place,
      byEndpoint: cost.byEndpoint,
      assumptions: [...assumptions, ...conditions].filter(matters).map(({ text }) => text),
      refusal: refusalOfCost(cost, this.#limit)?.message,
    };
  }

  #dearest(found: FoundOperation, others: Variables, switches: readonly string[]) {
    const ways = waysOf(switches).map((way) => ({ ...others, ...way }));
    return ways
      .map((variables) => ({ variables, cost: this.#estimate(found, variables) }))
      .reduce((best, way) => ((way.cost?.calls ?? 0) > (best.cost?.calls ?? 0) ? way : best));
  }

  #estimate({ document, operation }: FoundOperation, variables: Variables): QueryCost | undefined {
    return this.#estimator.estimate(document, operation, variables);
  }

  /** Whether the gateway would accept the values, such as the range of `first`. */
  #isAccepted({ document, operation, place }: FoundOperation, variables: Variables): boolean {
    try {
      return this.#inputCheck.check({ document, operation, variables, callerId: '' }) !== undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      this.#mistakes.addError(error, place, Object.keys(variables).length > 0 ? remedy : '');
      return false;
    }
  }

  #reportVariables({ operation, place, name }: FoundOperation, variables: Variables): void {
    const { errors } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    for (const { message } of errors ?? []) this.#mistakes.add(place, `${name}: ${message}${remedy}`);
  }
}

const remedy = ' (values of variables: see --variables)';

const valuesOf = (assumptions: readonly Assumption[]): Variables =>
  Object.fromEntries(
    assumptions.filter(({ value }) => value !== undefined).map(({ variable, value }) => [variable, value]),
  );

/** All combinations of true and false, all true first. */
const waysOf = (switches: readonly string[]): Variables[] =>
  switches.reduce<Variables[]>(
    (ways, name) => [true, false].flatMap((value) => ways.map((way) => ({ ...way, [name]: value }))),
    [{}],
  );

const condition = (variable: string, value: boolean): Assumption => ({
  variable,
  value,
  other: !value,
  text: `$${variable} = ${String(value)}`,
});
