import { paint, wrap, type Colour } from '../text.ts';
import type { Finding, Level } from './finding.ts';

export interface Report {
  readonly workspaceUrl: string;
  readonly isDemo: boolean;
  readonly callCount: number;
  readonly findings: readonly Finding[];
}

/** Whether nothing needs to be mended for the service to work. */
export const isWell = ({ findings }: Report): boolean => findings.every(({ level }) => level !== 'problem');

/** One JSON object, for machines. */
export function printJson(report: Report): string {
  const { workspaceUrl, isDemo, callCount } = report;
  const findings = report.findings.map(({ subject, level, seen, meaning, change }) => ({
    subject,
    level,
    seen,
    meaning,
    change,
  }));
  return JSON.stringify({ isWell: isWell(report), workspaceUrl, isDemo, callCount, findings }, null, 2);
}

const columns = { level: 9, subject: 16 };
const indent = ' '.repeat(columns.level + columns.subject);

const colours: Readonly<Record<Level, Colour>> = { good: 'green', note: 'cyan', warning: 'yellow', problem: 'red' };

/** For people: a few lines for each finding. */
export function printText(report: Report, hasColours: boolean): string {
  const { workspaceUrl, isDemo, callCount, findings } = report;
  const place = isDemo ? 'the demo workspace' : workspaceUrl;
  const head = `What this machine sees of ${place}, by ${callCount} ${callCount === 1 ? 'call' : 'calls'}:`;
  const parts = findings.map((finding) => printFinding(finding, hasColours).join('\n'));
  return [head, ...parts, conclusion(report)].join('\n\n');
}

function printFinding({ level, subject, seen, meaning, change }: Finding, hasColours: boolean): string[] {
  const [first = '', ...rest] = wrap(seen, indent);
  const mark = level.padEnd(columns.level);
  const coloured = hasColours ? paint(colours[level], mark) : mark;
  return [
    `${coloured}${subject.padEnd(columns.subject)}${first.slice(indent.length)}`,
    ...rest,
    ...wrap(meaning, indent),
    ...(change === undefined ? [] : wrap(`→ ${change}`, indent)),
  ];
}

function conclusion(report: Report): string {
  const count = (level: Level) => report.findings.filter((finding) => finding.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems > 0) return `${problems === 1 ? 'One problem' : `${problems} problems`} to mend: exit code 1.`;
  const rest =
    warnings === 0 ? '' : ` ${warnings === 1 ? 'One warning says' : `${warnings} warnings say`} what could be better.`;
  return `Nothing breaks the service: exit code 0.${rest}`;
}
