using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Actors.Hosting;
using Offerbook.Cli.Talking;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Streaming;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Cli.Terminals;

/// <summary>
/// A container's input and output over the agent's operator API: of a session in a task, or of a task with a terminal of its own.
/// </summary>
/// <param name="container">The session's, which does not exist yet, or the task's.</param>
internal sealed class ExecSession(Endpoint agent, ContainerID container) : IDisposable
{
    private const MessageFormat Format = MessageFormat.Protobuf;
    private const int ReadBytes = 16 * 1024;

    private static readonly TimeSpan LastInput = TimeSpan.FromMilliseconds(100);

    /// <summary>Of one record of output.</summary>
    private const int MaxRecordBytes = 16 * 1024 * 1024;

    private readonly HttpClient _http = new() { BaseAddress = agent.Address, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Ctrl-P and Ctrl-Q, as others have it.</summary>
    private const byte FirstLeavingKey = 0x10, SecondLeavingKey = 0x11;

    /// <summary>The id of a new session in a container.</summary>
    public static ContainerID In(ContainerID parent) => new() { Value = Guid.NewGuid().ToString(), Parent = parent };

    /// <returns>What the command ended with; 128 and the signal's number when it was killed by one.</returns>
    public async Task<int> RunAsync(CommandInfo command, RawTerminal? terminal, CancellationToken cancellation)
    {
        var launch = new Call.Types.LaunchNestedContainerSession { ContainerId = container, Command = command };
        if (terminal is not null)
        {
            launch.Container = new ContainerInfo
            {
                Type = ContainerInfo.Types.Type.Mesos, TtyInfo = new TTYInfo { WindowSize = RawTerminal.Size },
            };
        }
        using var answer = await SendAsync(
            Body(new Call { Type = Call.Types.Type.LaunchNestedContainerSession, LaunchNestedContainerSession = launch }), cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw await RefusedAsync(answer, cancellation);
        }
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var input = InputAsync(terminal, over.Token);
        await OutputAsync(answer, cancellation);
        var status = await WaitAsync(cancellation);
        await EndAsync(input, over);
        return status;
    }

    /// <summary>
    /// Looks on and types along until the container has ended, or the leaving keys are typed. The container goes on without.
    /// </summary>
    public async Task AttachAsync(RawTerminal? terminal, CancellationToken cancellation)
    {
        using var answer = await SendAsync(
            Body(new Call { Type = Call.Types.Type.AttachContainerOutput, AttachContainerOutput = new() { ContainerId = container } }),
            cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw await RefusedAsync(answer, cancellation);
        }
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var input = InputAsync(terminal, over.Token, over);
        try
        {
            await OutputAsync(answer, over.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The leaving keys.
        }
        await EndAsync(input, over);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// Gives what was typed last time to leave. Whoever types is not waited for: reading from a terminal cannot be given up.
    /// </summary>
    private static async Task EndAsync(Task input, CancellationTokenSource over)
    {
        await over.CancelAsync();
        await input.EndsWithinAsync(LastInput);
    }

    private static async Task OutputAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        await using var output = Console.OpenStandardOutput();
        await using var error = Console.OpenStandardError();
        var decoder = new RecordIoDecoder(MaxRecordBytes);
        var buffer = new byte[ReadBytes];
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
            {
                decoder.Append(buffer.AsSpan(0, read));
                while (decoder.TryRead(out var record))
                {
                    var io = ProcessIO.Parser.ParseFrom(record.Span);
                    if (io is { Type: ProcessIO.Types.Type.Data, Data: { } data })
                    {
                        var target = data.Type == ProcessIO.Types.Data.Types.Type.Stderr ? error : output;
                        await target.WriteAsync(data.Data_.Memory, cancellation);
                        await target.FlushAsync(cancellation);
                    }
                }
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new CliException(ExitCode.Unavailable, $"the connection to the agent broke: {broken.Message}");
        }
    }

    /// <summary>Passes on what is typed, or piped in, and the window's size.</summary>
    /// <param name="leave">Cancelled by the leaving keys; null: there are none.</param>
    private async Task InputAsync(RawTerminal? terminal, CancellationToken cancellation, CancellationTokenSource? leave = null)
    {
        var records = Channel.CreateBounded<Call.Types.AttachContainerInput>(16);
        await records.Writer.WriteAsync(new() { Type = Call.Types.AttachContainerInput.Types.Type.ContainerId, ContainerId = container },
            cancellation);
        var resized = () => { records.Writer.TryWrite(Input(Resize())); };
        if (terminal is not null)
        {
            terminal.Resized += resized;
            if (leave is not null)
            {
                resized();
            }
        }
        _ = Task.Run(() => ReadAsync(records.Writer, terminal is null ? null : leave, cancellation), cancellation);
        try
        {
            var content = new RecordContent(records.Reader, cancellation);
            content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.RecordIo);
            using var request = Request(content);
            request.Headers.TryAddWithoutValidation("Message-Content-Type", MediaTypes.Of(Format));
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (Exception ended) when (ended is OperationCanceledException or HttpRequestException or IOException)
        {
            // The command has ended, or the output tells what is wrong.
        }
        finally
        {
            if (terminal is not null)
            {
                terminal.Resized -= resized;
            }
        }
    }

    private static async Task ReadAsync(ChannelWriter<Call.Types.AttachContainerInput> records, CancellationTokenSource? leave,
        CancellationToken cancellation)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[ReadBytes];
        try
        {
            int read;
            byte last = 0;
            do
            {
                read = await input.ReadAsync(buffer, cancellation);
                if (leave is not null && read > 0)
                {
                    if (buffer.AsSpan(0, read).IndexOf([FirstLeavingKey, SecondLeavingKey]) >= 0
                        || (last == FirstLeavingKey && buffer[0] == SecondLeavingKey))
                    {
                        await leave.CancelAsync();
                        return;
                    }
                    last = buffer[read - 1];
                }
                // No bytes are the end of the input, which the command is to see as well.
                await records.WriteAsync(Input(new ProcessIO
                {
                    Type = ProcessIO.Types.Type.Data,
                    Data = new ProcessIO.Types.Data { Type = ProcessIO.Types.Data.Types.Type.Stdin,
                        Data_ = ByteString.CopyFrom(buffer.AsSpan(0, read)) },
                }), cancellation);
            }
            while (read > 0);
            records.Complete();
        }
        catch (Exception ended) when (ended is OperationCanceledException or ChannelClosedException or IOException)
        {
            records.TryComplete();
        }
    }

    private async Task<int> WaitAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(
            Body(new Call { Type = Call.Types.Type.WaitContainer, WaitContainer = new() { ContainerId = container } }), cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw await RefusedAsync(answer, cancellation);
        }
        var ended = Response.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync(cancellation)).WaitContainer;
        using var removed = await SendAsync(
            Body(new Call { Type = Call.Types.Type.RemoveContainer, RemoveContainer = new() { ContainerId = container } }), cancellation);
        if (!ended.HasExitStatus)
        {
            throw new CliException(ExitCode.Failed, $"the command is over, and its exit status is not known: {ended.Message}");
        }
        var signal = ended.ExitStatus & 0x7f;
        return signal == 0 ? ended.ExitStatus >> 8 : 128 + signal;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContent body, CancellationToken cancellation)
    {
        try
        {
            using var request = Request(body);
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException problem)
        {
            throw new CliException(ExitCode.Unavailable, $"cannot reach the agent at {agent.Address.Authority}: {problem.Message}");
        }
    }

    private HttpRequestMessage Request(HttpContent body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = body };
        request.Headers.Accept.ParseAdd(MediaTypes.Of(Format));
        request.Headers.Authorization = agent.Credential?.Header;
        return request;
    }

    private static async Task<CliException> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellation) => new(
        answer.StatusCode == HttpStatusCode.NotFound ? ExitCode.NotFound : ExitCode.Failed,
        $"the agent refused ({(int)answer.StatusCode}): {await answer.Content.ReadAsStringAsync(cancellation)}");

    private static ByteArrayContent Body(Call call)
    {
        var body = new ByteArrayContent(MessageCodec.ToBytes(call, Format));
        body.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Of(Format));
        return body;
    }

    private static Call.Types.AttachContainerInput Input(ProcessIO io) =>
        new() { Type = Call.Types.AttachContainerInput.Types.Type.ProcessIo, ProcessIo = io };

    private static ProcessIO Resize() => new()
    {
        Type = ProcessIO.Types.Type.Control,
        Control = new ProcessIO.Types.Control
        {
            Type = ProcessIO.Types.Control.Types.Type.TtyInfo, TtyInfo = new TTYInfo { WindowSize = RawTerminal.Size },
        },
    };

    /// <summary>The records of a streaming request, sent as they come.</summary>
    private sealed class RecordContent(ChannelReader<Call.Types.AttachContainerInput> records, CancellationToken cancellation) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await foreach (var record in records.ReadAllAsync(cancellation))
            {
                var call = new Call { Type = Call.Types.Type.AttachContainerInput, AttachContainerInput = record };
                await stream.WriteAsync(RecordIoEncoder.Frame(MessageCodec.ToBytes(call, Format)), cancellation);
                await stream.FlushAsync(cancellation);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
