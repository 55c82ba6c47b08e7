import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

@ApiExcludeController()
@Controller()
export class StartController {
  @Get('/')
  start(@Res() reply: FastifyReply): void {
    void reply.redirect('/docs', 302);
  }
}
