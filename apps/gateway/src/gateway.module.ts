import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { RPC } from '@windlass/contracts';
import { HealthModule, RpcClient } from '@windlass/service-kit';
import { BearerGuard } from './auth/bearer.guard.js';
import { createJwtStrategy } from './auth/jwt.strategy.js';
import { ApiKeyVerifier } from './auth/verify-api-key.js';
import { healthChecks } from './check-dependencies.js';
import { GatewayConfig } from './config/gateway.config.js';
import { DirectUploadController } from './files/direct-upload.controller.js';
import { DirectUploads } from './files/direct-upload.js';
import { DownloadFileController } from './files/download-file.controller.js';
import { UploadStorer } from './files/store-upload.js';
import { UploadFileController } from './files/upload-file.controller.js';
import { BROKER, FILES, type GatewayPorts, LOGGER, RUNTIME } from './gateway-ports.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RouteTable } from './http/route-table.js';
import { StartController } from './http/start.controller.js';
import { StopSignal } from './http/stop-signal.js';
import { ApiKeyController } from './keys/api-key.controller.js';
import { ArtifactController } from './read/artifact.controller.js';
import { ReadJobController } from './read/read-job.controller.js';
import { JobReader } from './read/read-job.js';
import { ReadTypesController } from './read/read-types.controller.js';
import { DEFAULT_PACK_LIMITS, PACK_LIMITS, SubmissionPacker } from './submit/pack-submissions.js';
import { SubmitJobController } from './submit/submit-job.controller.js';

@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig, ports: GatewayPorts, routes: RouteTable): DynamicModule {
    const core = new RpcClient(ports.broker, RPC.coreForGateway, { timeoutMs: config.rpcTimeoutMs });
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
        ReadJobController,
        ArtifactController,
        ReadTypesController,
        UploadFileController,
        // Before the routes with `:id`, which `uploads` would also match.
        DirectUploadController,
        DownloadFileController,
        ApiKeyController,
      ],
      providers: [
        { provide: BROKER, useValue: ports.broker },
        { provide: FILES, useValue: ports.files },
        { provide: LOGGER, useValue: ports.logger },
        { provide: RUNTIME, useValue: ports.runtime },
        { provide: GatewayConfig, useValue: config },
        { provide: RouteTable, useValue: routes },
        { provide: RpcClient, useValue: core },
        { provide: PACK_LIMITS, useValue: { ...DEFAULT_PACK_LIMITS, timeoutMs: config.rpcTimeoutMs } },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: BearerGuard },
        createJwtStrategy(strategyName, config),
        ApiKeyVerifier,
        SubmissionPacker,
        JobReader,
        UploadStorer,
        DirectUploads,
        StopSignal,
      ],
    };
  }
}
