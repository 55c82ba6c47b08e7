import { type ArgumentsHost, applyDecorators, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { Message } from '@windlass/contracts';
import { type Observable, throwError } from 'rxjs';

/** What a handler's method was declared with; BrokerRpcServer reads it. */
export interface RpcContract {
  request: Message;
  reply: Message;
}

/** Nest's own filter would replace what was thrown by a text; the server at the end needs the Fault itself. */
@Catch()
class PassOn implements RpcExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}
const passOn = new PassOn();

/**
 * The method answers requests of this kind: it gets the checked body and returns the reply's body. It is served by every
 * BrokerRpcServer of its app, or by those with `transportId` only.
 */
export function Rpc(request: Message, reply: Message, transportId?: symbol): MethodDecorator {
  const contract: RpcContract = { request, reply };
  return applyDecorators(MessagePattern(request.kind, transportId, { contract }), UseFilters(passOn));
}
