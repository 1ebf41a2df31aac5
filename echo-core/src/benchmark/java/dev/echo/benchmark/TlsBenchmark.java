package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Lines under TLS 1.3 from a blocking socket, and connections that are made for one line. */
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 2, time = 2)
public class TlsBenchmark extends ServerBenchmark {

  private static final int MESSAGES = 64;
  private static final int TIMEOUT_MILLIS = 5_000;

  /** What the client does. */
  public enum TlsWorkload {
    ONE_BY_ONE(64, 1),
    IN_FLIGHT(64, 64),
    IN_FLIGHT_16_KB(16_384, 8),

    /** A full handshake for each line. */
    HANDSHAKES(64, 1);

    private final int size;
    private final int depth;

    TlsWorkload(int size, int depth) {
      this.size = size;
      this.depth = depth;
    }
  }

  @Param
  public TlsServer server;

  @Param
  public TlsWorkload workload;

  private SSLContext context;
  private SSLSocket socket;
  private byte[] lines;

  @Override
  Enum<?> server() {
    return server;
  }

  @Override
  void connect(int port) throws IOException, GeneralSecurityException {
    context = TrustingClient.context();
    lines = ("x".repeat(workload.size - 1) + "\n").repeat(workload.depth).getBytes(US_ASCII);
    socket = connect();
  }

  private SSLSocket connect() throws IOException {
    SSLSocket connected = (SSLSocket) context.getSocketFactory().createSocket(Peer.HOST, port());
    connected.setTcpNoDelay(true);
    connected.setSoTimeout(TIMEOUT_MILLIS);
    return connected;
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public void echo() throws IOException {
    for (int i = 0; i < MESSAGES; i += workload.depth) {
      if (workload == TlsWorkload.HANDSHAKES) {
        socket.getSession().invalidate(); // or the next would only resume it
        socket.close();
        socket = connect();
      }
      exchange();
    }
  }

  private void exchange() throws IOException {
    socket.getOutputStream().write(lines);
    byte[] line = ("X".repeat(workload.size - 1) + Peer.suffix(socket.getLocalPort()) + "\n")
        .getBytes(US_ASCII);
    byte[] replies = socket.getInputStream().readNBytes(workload.depth * line.length);
    for (int i = 0; i < replies.length; i++) {
      if (replies[i] != line[i % line.length] || replies.length % line.length > 0) {
        throw new IOException("Wrong at byte " + i + " of " + replies.length);
      }
    }
  }

  @Override
  void disconnect() throws IOException {
    socket.close();
  }
}
