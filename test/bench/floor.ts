import { createServer, type IncomingMessage } from 'node:http';
import { floorAnswers, type FloorVariables } from './floor-answers.ts';

/**
 * The floor: what the same answers cost without GraphQL. A bare node:http server that parses the request, makes the
 * calls, picks the fields and writes the text. It checks nothing, limits nothing, logs nothing.
 */
interface Request {
  readonly operationName: string;
  readonly variables: FloorVariables;
}

const readRequest = (req: IncomingMessage): Promise<Request> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as Request));
    req.on('error', reject);
  });

const server = createServer((req, res) => {
  const answer = async () => {
    const { operationName, variables } = await readRequest(req);
    const data = await floorAnswers[operationName]?.(variables, req.headers);
    const body = Buffer.from(JSON.stringify({ data }));
    res.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
    res.end(body);
  };
  answer().catch(() => res.destroy());
});

server.listen(Number(process.env['PORT']), '127.0.0.1');
