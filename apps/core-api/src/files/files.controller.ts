import { Controller } from '@nestjs/common';
import type { Static } from '@sinclair/typebox';
import { beginFile, dropFile, fileReply, finishFile, readFile, readInput } from '@windlass/contracts';
import { Rpc } from '@windlass/service-kit';
import { FOR_GATEWAY, FOR_WORKER } from '../transports.js';
import { FileRecords } from './file-records.js';

/** For gateways. */
@Controller()
export class FilesController {
  constructor(private readonly files: FileRecords) {}

  @Rpc(beginFile, fileReply, FOR_GATEWAY)
  begin(request: Static<typeof beginFile.schema>) {
    return this.files.begin(request);
  }

  @Rpc(finishFile, fileReply, FOR_GATEWAY)
  finish(request: Static<typeof finishFile.schema>) {
    return this.files.finish(request);
  }

  @Rpc(dropFile, fileReply, FOR_GATEWAY)
  drop(request: Static<typeof dropFile.schema>) {
    return this.files.drop(request.tenantId, request.id);
  }

  @Rpc(readFile, fileReply, FOR_GATEWAY)
  read(request: Static<typeof readFile.schema>) {
    return this.files.read(request.tenantId, request.id);
  }
}

/** For workers. */
@Controller()
export class InputsController {
  constructor(private readonly files: FileRecords) {}

  @Rpc(readInput, fileReply, FOR_WORKER)
  input(request: Static<typeof readInput.schema>) {
    return this.files.input(request);
  }
}
