package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** Netty's servers, as its guide and examples write them. */
final class NettyServers {

  private NettyServers() {}

  static Peer start(NettyTransport transport, Consumer<ChannelPipeline> pipeline)
      throws InterruptedException {
    EventLoopGroup group = transport.newGroup();
    return withGroup(start(transport, group, pipeline), group);
  }

  /** Starts a server on a group that outlives it. */
  static Peer start(
      NettyTransport transport, EventLoopGroup group, Consumer<ChannelPipeline> pipeline)
      throws InterruptedException {
    Channel server = new ServerBootstrap()
        .group(group)
        .channel(transport.server)
        .option(ChannelOption.SO_BACKLOG, Peer.BACKLOG)
        .childHandler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            pipeline.accept(channel.pipeline());
          }
        })
        .bind(Peer.HOST, 0)
        .sync()
        .channel();
    return peer(server);
  }

  static Peer startUdp(NettyTransport transport) throws InterruptedException {
    EventLoopGroup group = transport.newGroup();
    Channel server = new Bootstrap()
        .group(group)
        .channel(transport.datagram)
        .option(ChannelOption.SO_RCVBUF, Peer.RECEIVE_BUFFER)
        .handler(new Datagrams())
        .bind(Peer.HOST, 0)
        .sync()
        .channel();
    return withGroup(peer(server), group);
  }

  private static Peer peer(Channel server) {
    return new Peer(port(server.localAddress()), () -> server.close().syncUninterruptibly());
  }

  private static Peer withGroup(Peer peer, EventLoopGroup group) {
    return new Peer(peer.port(), () -> NettyTransport.end(group));
  }

  private static int port(java.net.SocketAddress address) {
    return ((InetSocketAddress) address).getPort();
  }

  static void lines(ChannelPipeline pipeline) {
    pipeline.addLast(
        new LineBasedFrameDecoder(Peer.MAX_LINE),
        new StringDecoder(UTF_8),
        new StringEncoder(UTF_8),
        new Lines());
  }

  static void raw(ChannelPipeline pipeline) {
    pipeline.addLast(new Raw());
  }

  private static final class Lines extends SimpleChannelInboundHandler<String> {
    private String ending;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      ending = Peer.suffix(port(context.channel().remoteAddress())) + "\n";
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
      context.write(line.toUpperCase() + ending, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }

  private static final class Raw extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      context.write(bytes, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }

  private static final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      String line = packet.content().toString(UTF_8);
      String reply =
          line.stripTrailing().toUpperCase() + Peer.suffix(packet.sender().getPort()) + "\n";
      context.write(
          new DatagramPacket(ByteBufUtil.writeUtf8(context.alloc(), reply), packet.sender()),
          context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }
}
