using System.Net;
using System.Net.Sockets;

namespace PointsMall.Tests.Support;

/// <summary>Ports on loopback that nobody listens on at the moment.</summary>
public static class FreePorts
{
    public static int[] Take(int count)
    {
        var listeners = Enumerable
            .Range(0, count)
            .Select(_ => new TcpListener(IPAddress.Loopback, 0))
            .ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }
}
