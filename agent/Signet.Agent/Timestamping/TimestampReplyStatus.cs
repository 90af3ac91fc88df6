using System.Formats.Asn1;

namespace Signet.Agent.Timestamping;

/// <summary>The PKIStatusInfo of a TimeStampResp (RFC 3161 section 2.4.2): the framework reports a rejection without its reason.</summary>
/// <param name="Status">PKIStatus: 0 granted, 1 granted with modifications, 2 and up not granted.</param>
/// <param name="Failure">Number of the PKIFailureInfo bit that is set; null for none.</param>
internal sealed record TimestampReplyStatus(int Status, int? Failure)
{
    private const int TimeNotAvailable = 14;
    private const int SystemFailure = 25;

    /// <summary>Whether a token was given.</summary>
    public bool IsGranted => Status is 0 or 1;

    /// <summary>Whether the server may answer better soon.</summary>
    public bool IsTransient => Failure is TimeNotAvailable or SystemFailure;

    /// <summary>The failure as RFC 3161 names it.</summary>
    public string Description => Failure switch
    {
        0 => "badAlg",
        2 => "badRequest",
        5 => "badDataFormat",
        TimeNotAvailable => "timeNotAvailable",
        15 => "unacceptedPolicy",
        16 => "unacceptedExtension",
        17 => "addInfoNotAvailable",
        SystemFailure => "systemFailure",
        null => $"status {Status}",
        { } other => $"failure {other}",
    };

    /// <summary>Reads the status of a reply.</summary>
    /// <exception cref="AsnContentException">The reply is no TimeStampResp.</exception>
    public static TimestampReplyStatus Read(ReadOnlyMemory<byte> reply)
    {
        var info = new AsnReader(reply, AsnEncodingRules.BER).ReadSequence().ReadSequence();
        var status = info.ReadInteger();
        if (status < 0 || status > int.MaxValue)
        {
            throw new AsnContentException("The PKIStatus is out of range.");
        }

        if (info.HasData && info.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            // PKIFreeText is a stranger's text; the failure's number says enough.
            info.ReadSequence();
        }

        return new TimestampReplyStatus((int)status, info.HasData ? ReadFailure(info) : null);
    }

    private static int? ReadFailure(AsnReader info)
    {
        var bits = info.ReadBitString(out _);
        for (var bit = 0; bit < bits.Length * 8; bit++)
        {
            if ((bits[bit / 8] & (0x80 >> (bit % 8))) != 0)
            {
                return bit;
            }
        }

        return null;
    }
}
