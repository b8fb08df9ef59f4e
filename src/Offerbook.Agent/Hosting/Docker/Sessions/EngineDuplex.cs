using System.Net.Sockets;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>A connection that the engine has turned from a call into a stream both ways.</summary>
internal sealed class EngineDuplex(HttpClient connection, HttpResponseMessage response, Stream stream, Socket socket) : IAsyncDisposable
{
    /// <returns>0 at the end.</returns>
    /// <exception cref="IOException">It was cut.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) => stream.ReadAsync(buffer, cancellation);

    /// <exception cref="IOException">Nobody takes it any more.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await stream.WriteAsync(bytes, cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Nothing more is written; reading goes on.</summary>
    public void EndWriting()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Then it has ended both ways.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        response.Dispose();
        connection.Dispose();
    }
}
