import { ApiProperty } from '@nestjs/swagger';
import type { Artifact, Items } from '@windlass/client';

export class ArtifactDto implements Artifact {
  @ApiProperty({ example: 'preview.png' })
  name: string;
  @ApiProperty({ description: 'Bytes.' })
  size: number;
  @ApiProperty()
  sha256: string;
  @ApiProperty()
  contentType: string;
  @ApiProperty({ description: 'Path of the content.' })
  url: string;
}

export class ArtifactsDto implements Items<Artifact> {
  @ApiProperty({ type: [ArtifactDto] })
  items: ArtifactDto[];
}
