using System.Net;
using System.Net.Sockets;

namespace Sleap.Studio;

/// <summary>
/// Sockets on the loopback addresses of IPv4 and, where there is one, IPv6, with the same port. They are bound before
/// the server starts, so that nobody takes the port between.
/// </summary>
internal sealed class LoopbackSockets : IDisposable
{
    private const int MaxTries = 20;

    private readonly List<Socket> _sockets = [];

    /// <param name="port">The port, or 0 for any that is free.</param>
    /// <exception cref="IOException">The port is in use, or no address can be bound.</exception>
    public LoopbackSockets(int port)
    {
        for (var tries = 1; ; tries++)
        {
            var first = Bind(IPAddress.Loopback, port);
            Port = ((IPEndPoint)first.LocalEndPoint!).Port;
            _sockets.Add(first);
            try
            {
                if (Socket.OSSupportsIPv6)
                    _sockets.Add(Bind(IPAddress.IPv6Loopback, Port));
                return;
            }
            catch (IOException fault)
                when (fault.InnerException is SocketException { SocketErrorCode: not SocketError.AddressAlreadyInUse })
            {
                // There is no IPv6 on this machine.
                return;
            }
            catch (IOException) when (port == 0 && tries < MaxTries)
            {
                Dispose();
            }
            catch (IOException)
            {
                Dispose();
                throw;
            }
        }
    }

    public int Port { get; }

    public IEnumerable<IPEndPoint> EndPoints => _sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!);

    /// <summary>The socket of an address.</summary>
    public Socket this[EndPoint address] => _sockets.Single(socket => socket.LocalEndPoint!.Equals(address));

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        _sockets.Clear();
    }

    private static Socket Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new IOException(
                fault.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"The port {port} is in use; give another one, or none.",
                    SocketError.AccessDenied => $"The port {port} may not be used; give another one, or none.",
                    _ => $"The address {address} cannot be used: {fault.Message}",
                },
                fault
            );
        }
    }
}
