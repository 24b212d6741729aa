package io.tombolo.agent;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.OptionalInt;

/// Admits connections of the agent's own user and of root, by what the kernel says of the process
/// that connects (Workload Endpoint, section 5); others are cut off before they are heard. In the
/// pipeline of the listening channel.
final class PeerGate extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(PeerGate.class.getName());
  private static final int ROOT = 0;
  private final int owner;

  /// @param owner the agent's own user ID
  PeerGate(int owner) {
    this.owner = owner;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    if (accepted instanceof EpollDomainSocketChannel peer) {
      var user = user(peer);
      if (admits(user)) {
        context.fireChannelRead(peer);
      } else {
        peer.unsafe().closeForcibly();
        LOG.log(Level.WARNING, "Agent: refused a connection to its socket: {0}", why(user));
      }
    } else {
      ReferenceCountUtil.release(accepted);
    }
  }

  /// @param user empty if the kernel does not say who connects
  boolean admits(OptionalInt user) {
    return user.isPresent() && (user.getAsInt() == owner || user.getAsInt() == ROOT);
  }

  private String why(OptionalInt user) {
    return user.isPresent()
        ? "by user %s, not %s or root"
            .formatted(Integer.toUnsignedString(user.getAsInt()), Integer.toUnsignedString(owner))
        : "the kernel does not say by whom";
  }

  private static OptionalInt user(EpollDomainSocketChannel peer) {
    try {
      return OptionalInt.of(peer.peerCredentials().uid());
    } catch (IOException _) {
      return OptionalInt.empty();
    }
  }
}
