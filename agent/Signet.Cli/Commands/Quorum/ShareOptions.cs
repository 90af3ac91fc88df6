using System.CommandLine;
using System.Security.Cryptography;
using Google.Protobuf.Collections;
using Signet.Cli.Errors;
using Signet.Cli.Pins;
using Signet.Cli.Screens;
using Signet.Protocol.V1;
using Signet.Tokens.Client;
using Signet.Tokens.Quorum;

namespace Signet.Cli.Commands.Quorum;

/// <summary>How an operator opens the own share: with a passphrase, or with the own card and its PIN.</summary>
internal sealed class ShareOptions
{
    private readonly Option<string?> _cardModule = new("--card-module")
    {
        Description = "PKCS#11 module of your own card, where your share is sealed to its certificate",
        HelpName = "FILE",
    };

    private readonly Option<bool> _pinStdin;
    private readonly Option<bool> _finalTry;

    /// <summary>Creates the options.</summary>
    /// <param name="pinStdin">The command's own option to read what is typed from standard input.</param>
    /// <param name="finalTry">The command's own option to go on at the final try.</param>
    public ShareOptions(Option<bool> pinStdin, Option<bool> finalTry)
    {
        _pinStdin = pinStdin;
        _finalTry = finalTry;
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command) => command.Add(_cardModule);

    /// <summary>Opens the operator's shares and gives them to the token host.</summary>
    /// <param name="context">What commands get.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="socket">Socket of the token host.</param>
    /// <param name="token">Name of the token.</param>
    /// <param name="request">What the shares are for.</param>
    /// <param name="order">What goes on once they are given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<GiveShareResponse> GiveAsync(
        CommandContext context, ParseResult arguments, string socket, string token, GiveShareRequest request, Order order,
        CancellationToken cancellationToken)
    {
        var quorum = await TokenHostClient.GetQuorumAsync(socket, cancellationToken);
        if (quorum.Quorum is null)
        {
            throw new CommandException(ExitCode.Refused, $"Token {token} has no quorum yet.\nMake one: signet quorum create {token}");
        }

        if (quorum.Shares.Count == 0)
        {
            throw new CommandException(
                ExitCode.Refused, $"You are no member of the quorum of {token}.\nIts members: {QuorumScreen.Accounts(quorum.Quorum)}.");
        }

        request.Shares.AddRange(
            await QuorumCalls.WaitAsync(OpenAsync(context, arguments, token, quorum.Shares, cancellationToken)));
        try
        {
            return await order.WaitAsync(
                () => QuorumCalls.WaitAsync(TokenHostClient.GiveShareAsync(socket, request, cancellationToken)), cancellationToken);
        }
        finally
        {
            foreach (var share in request.Shares)
            {
                CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsMemory(share.Share.Memory).Span);
            }
        }
    }

    private async Task<IReadOnlyList<OpenShare>> OpenAsync(
        CommandContext context, ParseResult arguments, string token, RepeatedField<SealedShare> shares,
        CancellationToken cancellationToken)
    {
        var fromPipe = arguments.GetValue(_pinStdin);
        var module = arguments.GetValue(_cardModule);
        var onCard = shares.Where(share => share.SealedKey.IsEmpty).Select(share => share.Certificate.ToByteArray()).ToList();
        if (onCard.Count > 0 && module is not null)
        {
            using var card = await new OwnCardLogin(context.Terminal, fromPipe, arguments.GetValue(_finalTry))
                .OpenAsync(module, onCard, cancellationToken);
            return OwnShares.OpenWithCard(shares, card);
        }

        // Both kinds are there where a ceremony broke off after the operator had enrolled anew.
        if (onCard.Count == shares.Count)
        {
            throw new CommandException(
                ExitCode.Invalid, "Your share is sealed to your card.\nInsert it and name its PKCS#11 module: --card-module FILE");
        }

        PinEntry.CheckInput(fromPipe);
        var passphrase = await new PinEntry(context.Terminal).ReadAsync(
            Words.Safe($"Your passphrase for the quorum of {token}: "), fromPipe, cancellationToken);
        try
        {
            return OwnShares.OpenWithPassphrase(shares, passphrase);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }
}
