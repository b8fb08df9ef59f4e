using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Offerbook.Wire.Http;

namespace Offerbook.Wire.Tests.Http;

/// <summary>Clients that break off in the middle of a body. That is nobody's fault here, and nothing for an operator to read.</summary>
[CancelAfter(60_000)]
public sealed class BrokenBodyTests
{
    private const int Clients = 300;

    [TestCase("", true)]
    [TestCase("", false)]
    [TestCase("Content-Encoding: gzip\r\n", true)]
    public async Task Body_BrokenOff_IsNoErrorOfTheServer(string header, bool resets, CancellationToken cancellation)
    {
        using var log = new ErrorLog();
        using var begun = new SemaphoreSlim(0);
        using var ended = new SemaphoreSlim(0);
        using var logging = new LoggerFactory([log]);
        await using (var server = await HttpServer.StartAsync(new ListenOptions(IPAddress.Loopback, 0, "--port"), async context =>
        {
            try
            {
                begun.Release();
                var body = await RequestBody.ReadAsync(context.Request, cancellation: context.RequestAborted);
                await context.Response.RefuseAsync(body.Refusal!);
            }
            finally
            {
                ended.Release();
            }
        }, logging, cancellation))
        {
            for (var i = 0; i < Clients; i++)
            {
                using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(resets, 0) };
                await client.ConnectAsync(server.EndPoint, cancellation);
                await client.SendAsync(
                    Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: x\r\n{header}Content-Length: 5000\r\n\r\n{new string('x', 100)}"),
                    cancellation);
                await begun.WaitAsync(cancellation);
            }
            for (var i = 0; i < Clients; i++)
            {
                await ended.WaitAsync(cancellation);
            }
        }
        Assert.That(log.Errors, Is.Empty);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _errors = [];

        public IReadOnlyList<string> Errors => [.. _errors.Distinct()];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                _errors.Enqueue($"{eventId} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
