using Signet.Agent.Configuration;
using Signet.Agent.Keys;
using Signet.Agent.Storage;
using Signet.Formats;
using Signet.Formats.OpenPgp;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Operators;

/// <summary>Gives out the OpenPGP public keys of keys on tokens. Each is signed by its key, so each is recorded.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class OpenPgpExports(
    ConfigurationHolder configuration, KeyRing keys, IAgentStore store, TimeProvider time)
{
    /// <summary>Makes the public key and records that it was made.</summary>
    /// <param name="account">The operator who wants it.</param>
    /// <param name="keyName">Name of the key in the configuration.</param>
    /// <param name="cancellationToken">Ends the wait; the key may have been used all the same.</param>
    /// <exception cref="SigningException">INVALID_REQUEST, LEDGER_UNAVAILABLE, or what stands against using the key.</exception>
    public async Task<ExportOpenPgpKeyResponse> ExportAsync(
        string account, string keyName, CancellationToken cancellationToken)
    {
        if (configuration.Current.Keys.All(key => key.Name != keyName))
        {
            throw new SigningException(
                ErrorReason.InvalidRequest,
                $"The agent has no key '{keyName}'. It has: {string.Join(", ", configuration.Current.Keys.Select(key => key.Name))}.");
        }

        if (!store.IsWritable)
        {
            throw new SigningException(ErrorReason.LedgerUnavailable, "The ledger cannot be written, so nothing is signed.");
        }

        var signer = keys.SignerFor(keyName, "openpgp-export-" + Guid.NewGuid().ToString("N"));
        try
        {
            var export = await OpenPgpKeyExport.CreateAsync(signer, time.GetUtcNow(), cancellationToken);
            var record = OperatorRecords.OpenPgpKeyExported(account, keyName, export.Fingerprint, signer.OpenPgp!.UserId);
            await store.CommitAsync(transaction => transaction.Append(record), CancellationToken.None);
            return new ExportOpenPgpKeyResponse
            {
                PublicKey = System.Text.Encoding.ASCII.GetString(export.Armoured),
                Fingerprint = export.Fingerprint,
            };
        }
        catch (SignatureFormatException exception)
        {
            throw new SigningException(
                ErrorReason.InvalidRequest, $"Key '{keyName}' cannot be exported: {exception.Message}", innerException: exception);
        }
    }
}
