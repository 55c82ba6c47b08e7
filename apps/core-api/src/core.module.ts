import { type DynamicModule, Module } from '@nestjs/common';
import { LiveSlots } from '@windlass/dispatch';
import { ClaimController } from './claim/claim.controller.js';
import type { CorePorts } from './core-ports.js';
import { FileRecords } from './files/file-records.js';
import { FilesController, InputsController } from './files/files.controller.js';
import { ApiKeys } from './keys/api-keys.js';
import { KeysController } from './keys/keys.controller.js';
import { FinishWatch } from './read/finish-watch.js';
import { ReadController } from './read/read.controller.js';
import { ReadJobs } from './read/read-service.js';
import { TypeRegistry } from './registry/type-registry.js';
import { ProbeController, ReportController } from './report/report.controller.js';
import { RiverStages } from './river-stages.js';
import { submissionQueue } from './submit/flush-submissions.js';
import { SubmitController } from './submit/submit.controller.js';
import { SubmitJobs } from './submit/submit-jobs.js';

@Module({})
export class CoreModule {
  static forRoot(ports: CorePorts, registry: TypeRegistry): DynamicModule {
    const watch = new FinishWatch(ports.db, ports.runtime);
    const submission = new SubmitJobs(registry, submissionQueue(ports.db, ports.dispatcher), () =>
      ports.runtime.uuid(),
    );
    return {
      module: CoreModule,
      controllers: [
        SubmitController,
        ClaimController,
        ReportController,
        ProbeController,
        ReadController,
        FilesController,
        InputsController,
        KeysController,
      ],
      providers: [
        { provide: FinishWatch, useValue: watch },
        { provide: TypeRegistry, useValue: registry },
        { provide: LiveSlots, useValue: ports.liveSlots },
        { provide: SubmitJobs, useValue: submission },
        { provide: RiverStages, useValue: new RiverStages(ports, registry, watch) },
        { provide: ReadJobs, useValue: new ReadJobs(ports.db, watch) },
        { provide: FileRecords, useValue: new FileRecords(ports.db) },
        { provide: ApiKeys, useValue: new ApiKeys(ports) },
      ],
    };
  }
}
