package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import dev.echo.internal.Closing;
import dev.echo.internal.IoErrors;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/** A bound TCP or Unix socket, and the file of the latter. */
final class ListeningSocket implements Closeable {

  private static final int BACKLOG = 4096;

  final ServerSocketChannel channel;

  /** As bound. */
  final Endpoint endpoint;

  /** What tells the socket file from others that had its path later, if the system knows it. */
  private final Object fileKey;

  private ListeningSocket(ServerSocketChannel channel, Endpoint endpoint, Object fileKey) {
    this.channel = channel;
    this.endpoint = endpoint;
    this.fileKey = fileKey;
  }

  static ListeningSocket bind(Endpoint endpoint) throws IOException {
    if (endpoint instanceof Endpoint.Unix && File.separatorChar == '/') { // names are bytes
      requireNameableClients(endpoint);
    }
    try {
      return bind(endpoint, Addresses.resolve(endpoint).get(0));
    } catch (IOException | RuntimeException e) {
      throw e instanceof BindException && endpoint instanceof Endpoint.Unix unix
          ? unixBindFailure(unix, e)
          : IoErrors.named("Bind", endpoint, e);
    }
  }

  /**
   * Refuses to listen where a client may have a name that the JDK can't read: accepting it throws,
   * and leaves its descriptor open forever.
   */
  private static void requireNameableClients(Endpoint endpoint) throws IOException {
    String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
    if (!Addresses.namesEveryFile(encoding)) {
      throw new IOException("Bind " + endpoint + ": the locale's encoding of file names is "
          + encoding + ", in which not every client has a name; set LC_ALL=C.UTF-8");
    }
  }

  private static ListeningSocket bind(Endpoint endpoint, SocketAddress address) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(Addresses.family(address));
    try {
      channel.configureBlocking(false);
      channel.bind(address, BACKLOG);
      if (endpoint instanceof Endpoint.Unix unix) {
        return ofFile(channel, unix);
      }
      InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
      return new ListeningSocket(channel, Addresses.tcp(bound), null);
    } catch (Throwable e) {
      Closing.close(channel);
      throw e;
    }
  }

  private static ListeningSocket ofFile(ServerSocketChannel channel, Endpoint.Unix endpoint)
      throws IOException {
    try {
      return new ListeningSocket(channel, endpoint, attributes(endpoint.path()).fileKey());
    } catch (Throwable e) {
      deleteNew(endpoint.path(), e);
      throw e;
    }
  }

  /** Deletes a file that has just been made, after a failure that is told of first. */
  private static void deleteNew(Path path, Throwable failure) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static IOException unixBindFailure(Endpoint.Unix endpoint, Exception cause) {
    String reason;
    try {
      BasicFileAttributes file = attributes(endpoint.path());
      if (!file.isOther() || !isSocket(endpoint.path())) {
        reason = "the file exists and is no socket; choose another path";
      } else if (isListening(endpoint)) {
        reason = "another server is listening there; stop it or choose another path";
      } else {
        reason = "the socket file is stale, as no server is listening there; delete it";
      }
    } catch (IOException e) {
      return IoErrors.named("Bind", endpoint, cause); // the file is not what is in the way
    }
    BindException named = new BindException("Bind " + endpoint + ": " + reason);
    named.initCause(cause);
    return named;
  }

  /** Devices and pipes are neither files nor directories, too. */
  private static boolean isSocket(Path path) throws IOException {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & 0170000) == 0140000;
    } catch (UnsupportedOperationException e) {
      return true; // a system that knows no modes has no such files
    }
  }

  private static boolean isListening(Endpoint.Unix endpoint) throws IOException {
    SocketAddress address = endpoint.address();
    try (SocketChannel probe = SocketChannel.open(Addresses.family(address))) {
      probe.configureBlocking(false);
      probe.connect(address);
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Closes the socket and deletes its file, unless that is another's by now. While the socket is
   * open, its file's number is given to no other file.
   */
  @Override
  public void close() throws IOException {
    try (channel) {
      try {
        deleteFile();
      } catch (OutOfMemoryError e) { // a file that is left keeps the next server from starting
        deleteFile();
      }
    }
  }

  private void deleteFile() throws IOException {
    if (!(endpoint instanceof Endpoint.Unix unix)
        || !Files.exists(unix.path(), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    BasicFileAttributes file = attributes(unix.path());
    if (file.isOther() && Objects.equals(file.fileKey(), fileKey)) {
      Files.delete(unix.path());
    }
  }
}
