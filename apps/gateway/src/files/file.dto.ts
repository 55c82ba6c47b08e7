import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { BeginUploadRequest, CompleteUploadRequest, FileInfo, Upload } from '@windlass/client';
import type { FileView } from '@windlass/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { PlainText } from '../http/plain-text.decorator.js';

const SHA256 = /^[0-9a-f]{64}$/;
export const MAX_PARTS = 1_000;

export class FileDto implements FileInfo {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ example: 'bracket.step' })
  name: string;
  @ApiProperty({ example: 'model/step' })
  contentType: string;
  @ApiProperty({ description: 'Bytes.' })
  size: number;
  @ApiProperty({ description: 'Lower-case hex.' })
  sha256: string;
  @ApiProperty({ enum: ['pending', 'stored'] })
  state: 'pending' | 'stored';
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
}

export class BeginUploadDto implements BeginUploadRequest {
  @ApiProperty({ maxLength: 255, description: 'A path is cut to its last part; `file` where nothing is left.' })
  @IsString()
  @Length(1, 255)
  @PlainText()
  name: string;

  @ApiProperty({ maxLength: 255, example: 'model/step' })
  @IsString()
  @MaxLength(255)
  contentType: string;

  @ApiProperty({ description: 'Bytes.', minimum: 0 })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  size: number;

  @ApiProperty({ description: 'Lower-case hex; verified on completion.' })
  @Matches(SHA256, { message: 'must be 64 lower-case hex digits' })
  sha256: string;
}

export class PutTargetDto {
  @ApiProperty()
  url: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, description: 'Headers to send with it.' })
  headers: Record<string, string>;
}

export class PartTargetDto {
  @ApiProperty({ minimum: 1 })
  part: number;
  @ApiProperty()
  url: string;
}

export class MultipartTargetDto {
  @ApiProperty({ description: 'Bytes of each part but the last.' })
  partSize: number;
  @ApiProperty({ type: [PartTargetDto] })
  parts: PartTargetDto[];
}

export class UploadDto implements Upload {
  @ApiProperty({ format: 'uuid', description: 'Id of the file to be.' })
  id: string;
  @ApiProperty({ format: 'date-time', description: 'The URLs work until then.' })
  expiresAt: string;
  @ApiPropertyOptional({ type: PutTargetDto })
  put?: PutTargetDto;
  @ApiPropertyOptional({ type: MultipartTargetDto })
  multipart?: MultipartTargetDto;
}

export class SentPartDto {
  @ApiProperty({ minimum: 1, maximum: MAX_PARTS })
  @IsInt()
  @Min(1)
  @Max(MAX_PARTS)
  part: number;

  @ApiProperty({ description: 'The ETag header that the storage answered.' })
  @IsString()
  @Length(1, 256)
  @PlainText()
  etag: string;
}

export class CompleteUploadDto implements CompleteUploadRequest {
  @ApiPropertyOptional({ type: [SentPartDto], maxItems: MAX_PARTS, description: 'Of a multipart upload.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_PARTS)
  @ValidateNested({ each: true })
  @Type(() => SentPartDto)
  parts?: SentPartDto[];
}

export function presentFile(file: FileView): FileInfo {
  const { id, name, contentType, size, sha256, state, createdAt } = file;
  return { id, name, contentType, size, sha256, state, createdAt: new Date(createdAt).toISOString() };
}
