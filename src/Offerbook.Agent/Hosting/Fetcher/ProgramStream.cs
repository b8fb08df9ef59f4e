using System.ComponentModel;
using System.Diagnostics;

namespace Offerbook.Agent.Hosting.Fetcher;

/// <summary>What a program writes, as a stream; disposing it ends the program.</summary>
internal sealed class ProgramStream : IAsyncDisposable
{
    /// <summary>More than any program says in an error that helps.</summary>
    private const int WordsMax = 2_000;

    private readonly Process _process;
    private readonly Task<string> _words;

    private ProgramStream(Process process)
    {
        _process = process;
        _words = ReadWordsAsync(process.StandardError);
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <exception cref="FetchFailedException">The program is not on this host.</exception>
    public static ProgramStream Start(string program, params IEnumerable<string> arguments)
    {
        try
        {
            return new ProgramStream(Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
            })!);
        }
        catch (Win32Exception failure)
        {
            throw new FetchFailedException($"the program '{program}', which this needs, cannot be run on this host: {failure.Message}",
                failure);
        }
    }

    /// <summary>After all output was read: waits for the program to end.</summary>
    /// <exception cref="FetchFailedException">It did not end well.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        if (_process.ExitCode != 0)
        {
            throw new FetchFailedException(await _words is { Length: > 0 } words
                ? words : $"'{_process.StartInfo.FileName}' failed with status {_process.ExitCode}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        await _words;
        _process.Dispose();
    }

    private static async Task<string> ReadWordsAsync(StreamReader errors)
    {
        var buffer = new char[WordsMax];
        var count = await errors.ReadBlockAsync(buffer);
        // What is beyond must be read too, or the program waits for ever.
        var rest = new char[WordsMax];
        while (await errors.ReadBlockAsync(rest) > 0)
        {
        }
        return new string(buffer, 0, count).Trim().ReplaceLineEndings("; ");
    }
}
