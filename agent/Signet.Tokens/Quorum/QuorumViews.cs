using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Protocol.V1;

namespace Signet.Tokens.Quorum;

/// <summary>Quorums as the protocol shows them.</summary>
internal static class QuorumViews
{
    /// <summary>The quorum for one operator, with that operator's sealed shares and no other's.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="quorum">The quorum; null for none.</param>
    /// <param name="interrupted">The quorum of a ceremony that broke off; null for none.</param>
    /// <param name="enrolled">Everyone who is enrolled.</param>
    public static GetQuorumResponse ToMessage(
        string account, QuorumRecord? quorum, QuorumRecord? interrupted, IReadOnlyList<EnrolledOperator> enrolled)
    {
        var response = new GetQuorumResponse { Quorum = quorum is null ? null : ToMessage(quorum, interrupted is not null) };
        response.Enrolled.AddRange(enrolled.Select(member => Member(member.Account, member.OnCard, member.Certificate, !member.IsProved)));
        foreach (var record in new[] { quorum, interrupted }.OfType<QuorumRecord>().DistinctBy(record => record.Generation))
        {
            if (record.PartOf(account) is { } part)
            {
                response.Shares.Add(new SealedShare
                {
                    Generation = record.Generation,
                    SealedShare_ = ByteString.CopyFrom(part.SealedShare),
                    Certificate = ByteString.CopyFrom(part.Certificate),
                    SealedKey = ByteString.CopyFrom(part.SealedKey),
                });
            }
        }

        return response;
    }

    /// <summary>A quorum without its shares.</summary>
    public static QuorumDescription ToMessage(QuorumRecord quorum, bool interrupted) => new()
    {
        Generation = quorum.Generation,
        Threshold = quorum.Threshold,
        Members = { quorum.Members.Select(part => Member(part.Account, part.SealedKey.Length == 0, part.Certificate)) },
        CreatedAt = quorum.CreatedAt.ToTimestamp(),
        CreatedBy = { quorum.CreatedBy },
        Interrupted = interrupted,
    };

    private static QuorumMember Member(string account, bool onCard, byte[] certificate, bool unproved = false) => new()
    {
        Unproved = unproved,
        Account = account,
        OnCard = onCard,
        CertificateSha256 = ByteString.CopyFrom(SHA256.HashData(certificate)),
    };
}
