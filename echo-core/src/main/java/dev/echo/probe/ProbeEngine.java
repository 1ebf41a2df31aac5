package dev.echo.probe;

import dev.echo.Endpoint;
import java.io.IOException;

/** A running probe. */
final class ProbeEngine {

  private ProbeEngine() {}

  static PathProbe start(Endpoint endpoint, ProbeConfig config) throws IOException {
    throw new IOException("Probes to " + endpoint + " can't be sent yet");
  }
}
