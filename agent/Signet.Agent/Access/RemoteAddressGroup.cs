using System.Net;
using System.Net.Sockets;

namespace Signet.Agent.Access;

/// <summary>Groups network addresses by who can use them, for limits.</summary>
internal static class RemoteAddressGroup
{
    private const int Ipv6NetworkBytes = 8;

    /// <summary>
    /// The group of an address: an IPv4 address itself, also where it is mapped into IPv6; an IPv6 network of 64 bits,
    /// because one host can use all of its addresses. A port is left out. Another text stands for itself.
    /// </summary>
    public static string Of(string remoteAddress)
    {
        if (!IPAddress.TryParse(remoteAddress, out var address))
        {
            if (!IPEndPoint.TryParse(remoteAddress, out var endPoint))
            {
                return remoteAddress;
            }

            address = endPoint.Address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, Ipv6NetworkBytes, bytes.Length - Ipv6NetworkBytes);
        return $"{new IPAddress(bytes)}/64";
    }
}
