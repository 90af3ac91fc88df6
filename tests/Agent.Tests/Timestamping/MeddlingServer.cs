using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Signet.Agent.Tests.Timestamping;

/// <summary>
/// Stands between the agent and a real timestamp authority and does what a bad one would: each answer comes from openssl
/// and is then spoilt.
/// </summary>
internal sealed class MeddlingServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _calls;

    private MeddlingServer(Func<HttpContext, int, Task> meddle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.MapPost("/", context => meddle(context, Interlocked.Increment(ref _calls)));
    }

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>How often it was asked.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Does anything with a call; the second argument counts calls from 1.</summary>
    public static async Task<MeddlingServer> StartAsync(Func<HttpContext, int, Task> meddle)
    {
        var server = new MeddlingServer(meddle);
        await server._application.StartAsync();
        return server;
    }

    /// <summary>Passes queries on, changed by one function, and answers back, changed by another.</summary>
    public static Task<MeddlingServer> StartAsync(
        Uri authority, Func<byte[], byte[]>? query = null, Func<byte[], byte[]>? reply = null) =>
        StartAsync(async (context, _) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            using var client = new HttpClient();
            using var content = new ByteArrayContent((query ?? (bytes => bytes))(body.ToArray()));
            content.Headers.ContentType = new("application/timestamp-query");
            using var response = await client.PostAsync(authority, content, context.RequestAborted);
            var answer = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
            await AnswerAsync(context, (reply ?? (bytes => bytes))(answer));
        });

    public static async Task AnswerAsync(HttpContext context, byte[] reply)
    {
        context.Response.ContentType = "application/timestamp-reply";
        await context.Response.Body.WriteAsync(reply, context.RequestAborted);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
