import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { RPC } from '@windlass/contracts';
import { CircuitBreaker, HealthModule, RpcClient } from '@windlass/service-kit';
import { AuditController } from './audit/audit.controller.js';
import { BearerGuard } from './auth/bearer.guard.js';
import { createJwtStrategy } from './auth/jwt.strategy.js';
import { TokenRecheck } from './auth/recheck-token.js';
import { ApiKeyVerifier } from './auth/verify-api-key.js';
import { CancelJobController } from './cancel/cancel-job.controller.js';
import { healthChecks } from './check-dependencies.js';
import { GatewayConfig } from './config/gateway.config.js';
import { DirectUploadController } from './files/direct-upload.controller.js';
import { DirectUploads } from './files/direct-upload.js';
import { DownloadFileController } from './files/download-file.controller.js';
import { UploadStorer } from './files/store-upload.js';
import { UploadFileController } from './files/upload-file.controller.js';
import { BROKER, FILES, type GatewayPorts, KEYS_CORE, LOGGER, RUNTIME, SUBMIT_CORE } from './gateway-ports.js';
import { LoadBounds } from './http/bound-load.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RouteTable } from './http/route-table.js';
import { StartController } from './http/start.controller.js';
import { StopSignal } from './http/stop-signal.js';
import { ApiKeyController } from './keys/api-key.controller.js';
import { QueueController } from './queues/queue.controller.js';
import { ArtifactController } from './read/artifact.controller.js';
import { JobFollower } from './read/follow-job.js';
import { ReadEventsController } from './read/read-events.controller.js';
import { ReadJobController } from './read/read-job.controller.js';
import { JobReader } from './read/read-job.js';
import { ReadLogsController } from './read/read-logs.controller.js';
import { ReadTypesController } from './read/read-types.controller.js';
import { PageServer } from './read/serve-pages.js';
import { JobActionsController } from './replay/job-actions.controller.js';
import { ReplayJobController } from './replay/replay-job.controller.js';
import { DEFAULT_PACK_LIMITS, PACK_LIMITS, SubmissionPacker } from './submit/pack-submissions.js';
import { SubmissionSender } from './submit/send-submission.js';
import { SubmitBatchController } from './submit/submit-batch.controller.js';
import { BatchSubmitter } from './submit/submit-batch.js';
import { SubmitJobController } from './submit/submit-job.controller.js';

@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig, ports: GatewayPorts, routes: RouteTable, load: LoadBounds): DynamicModule {
    const core = coreClient(config, ports, 'others');
    const strategyName = `jwt-${ports.runtime.uuid()}`;
    return {
      module: GatewayModule,
      imports: [
        PassportModule.register({ defaultStrategy: strategyName, session: false }),
        HealthModule.forRoot(healthChecks(ports, core)),
      ],
      controllers: [
        StartController,
        SubmitJobController,
        SubmitBatchController,
        // Before the routes with `:id`, which `actions` would also match.
        JobActionsController,
        CancelJobController,
        ReplayJobController,
        ReadLogsController,
        ReadEventsController,
        ReadJobController,
        ArtifactController,
        ReadTypesController,
        UploadFileController,
        // Before the routes with `:id`, which `uploads` would also match.
        DirectUploadController,
        DownloadFileController,
        ApiKeyController,
        QueueController,
        AuditController,
      ],
      providers: [
        { provide: BROKER, useValue: ports.broker },
        { provide: FILES, useValue: ports.files },
        { provide: LOGGER, useValue: ports.logger },
        { provide: RUNTIME, useValue: ports.runtime },
        { provide: GatewayConfig, useValue: config },
        { provide: RouteTable, useValue: routes },
        { provide: LoadBounds, useValue: load },
        { provide: RpcClient, useValue: core },
        { provide: SUBMIT_CORE, useValue: coreClient(config, ports, 'submissions') },
        { provide: KEYS_CORE, useValue: coreClient(config, ports, 'keys') },
        {
          provide: PACK_LIMITS,
          useValue: { ...DEFAULT_PACK_LIMITS, timeoutMs: config.rpcTimeoutMs, maxDelayMs: config.maxSubmitDelayMs },
        },
        { provide: APP_FILTER, useClass: ProblemFilter },
        BearerGuard,
        { provide: APP_GUARD, useExisting: BearerGuard },
        createJwtStrategy(strategyName, config),
        ApiKeyVerifier,
        TokenRecheck,
        SubmissionPacker,
        SubmissionSender,
        BatchSubmitter,
        JobReader,
        JobFollower,
        PageServer,
        UploadStorer,
        DirectUploads,
        StopSignal,
      ],
    };
  }
}

/**
 * A way to core with a circuit of its own. Late reads must not refuse submissions, nor the keys of those who submit: what one tenant
 * makes slow by its lists would be everybody's outage.
 */
function coreClient(config: GatewayConfig, ports: GatewayPorts, calls: 'submissions' | 'keys' | 'others'): RpcClient {
  const onChange = (state: 'open' | 'closed') => logCircuit(ports, calls, state);
  const breaker = new CircuitBreaker({ runtime: ports.runtime, onChange });
  return new RpcClient(ports.broker, RPC.coreForGateway, { timeoutMs: config.rpcTimeoutMs, breaker });
}

/** Once for each outage: the calls that it refuses are logged no more. */
function logCircuit({ logger }: GatewayPorts, calls: string, state: 'open' | 'closed'): void {
  const fields = { operation: 'rpc core', calls, circuit: state };
  if (state === 'open') logger.warn(fields, 'core does not answer: calls are refused until it does');
  else logger.info(fields, 'core answers again');
}
