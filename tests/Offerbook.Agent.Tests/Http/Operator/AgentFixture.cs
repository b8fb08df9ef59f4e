using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Streaming;

namespace Offerbook.Agent.Tests.Http.Operator;

/// <summary>A whole agent with a task that runs, and a client of its operator API in either content type.</summary>
internal sealed class AgentFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));

    public string Work { get; } = Directory.CreateTempSubdirectory("offerbook-operator-").FullName;

    public FakeMaster Master { get; private set; } = null!;

    public AgentHost Agent { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Of the task <c>runs</c>.</summary>
    public ContainerID Task { get; private set; } = null!;

    public CancellationToken Timeout => _patience.Token;

    private Func<AgentOptions, AgentOptions> _adjust = options => options;

    /// <param name="shape">Makes the task another.</param>
    public static async Task<AgentFixture> StartAsync(
        Func<AgentOptions, AgentOptions>? adjust = null, string command = "sleep 1000", Action<TaskInfo>? shape = null)
    {
        var fixture = new AgentFixture();
        fixture._adjust = adjust ?? fixture._adjust;
        fixture.Master = await FakeMaster.StartAsync();
        await fixture.StartAgentAsync();
        var info = Make.Task("runs", command);
        shape?.Invoke(info);
        info.Command.Environment = new Mesos.V1.Environment();
        info.Command.Environment.Variables.Add(new Mesos.V1.Environment.Types.Variable { Name = "COLOR", Value = "red" });
        fixture.Master.Send(Make.Launch(info));
        fixture.Task = (await fixture.Master.StateAsync("runs", TaskState.TaskRunning)).ContainerStatus.ContainerId;
        return fixture;
    }

    public async System.Threading.Tasks.Task RestartAsync()
    {
        await Agent.DisposeAsync();
        await StartAgentAsync();
    }

    public ContainerID Nested(string name) => new() { Value = name, Parent = Task };

    public async Task<HttpResponseMessage> PostAsync(Call call, MessageFormat format, Action<HttpRequestMessage>? adjust = null)
    {
        var content = new ByteArrayContent(MessageCodec.ToBytes(call, format));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Of(format));
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = content };
        request.Headers.Accept.ParseAdd(MediaTypes.Of(format));
        adjust?.Invoke(request);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Timeout);
    }

    public async Task<(int Status, string Text)> AnswerAsync(Call call, MessageFormat format, Action<HttpRequestMessage>? adjust = null)
    {
        using var answer = await PostAsync(call, format, adjust);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Timeout));
    }

    public async Task<Response> AskAsync(Call call, MessageFormat format)
    {
        using var answer = await PostAsync(call, format);
        var body = await answer.Content.ReadAsByteArrayAsync(Timeout);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), Encoding.UTF8.GetString(body));
        Assert.That(MessageCodec.Read<Response>(body, format).TryGet(out var response, out _), Is.True);
        return response!;
    }

    /// <summary>Sends records of input, and keeps the request open until the action is over.</summary>
    public async Task<(int Status, string Text)> InputAsync(ContainerID container, MessageFormat format,
        Func<Func<ProcessIO, System.Threading.Tasks.Task>, System.Threading.Tasks.Task> write,
        string? messageContentType = null)
    {
        var content = new Records(async stream =>
        {
            async System.Threading.Tasks.Task SendAsync(Call.Types.AttachContainerInput input)
            {
                var call = new Call { Type = Call.Types.Type.AttachContainerInput, AttachContainerInput = input };
                await stream.WriteAsync(RecordIoEncoder.Frame(MessageCodec.ToBytes(call, format)));
                await stream.FlushAsync();
            }
            await SendAsync(new() { Type = Call.Types.AttachContainerInput.Types.Type.ContainerId, ContainerId = container });
            await write(io => SendAsync(new() { Type = Call.Types.AttachContainerInput.Types.Type.ProcessIo, ProcessIo = io }));
        });
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.RecordIo);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = content };
        request.Headers.TryAddWithoutValidation("Message-Content-Type", messageContentType ?? MediaTypes.Of(format));
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Timeout);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Timeout));
    }

    /// <summary>Begins a session in the task.</summary>
    public async Task<OutputReading> SessionAsync(MessageFormat format, string name, CommandInfo command, bool terminal = false)
    {
        var launch = new Call.Types.LaunchNestedContainerSession { ContainerId = Nested(name), Command = command };
        if (terminal)
        {
            launch.Container = new ContainerInfo
            {
                Type = ContainerInfo.Types.Type.Mesos,
                TtyInfo = new TTYInfo { WindowSize = new TTYInfo.Types.WindowSize { Rows = 30, Columns = 100 } },
            };
        }
        return new OutputReading(
            await PostAsync(new Call { Type = Call.Types.Type.LaunchNestedContainerSession, LaunchNestedContainerSession = launch },
                format), format, Timeout);
    }

    public static ProcessIO Stdin(string text) => new()
    {
        Type = ProcessIO.Types.Type.Data,
        Data = new ProcessIO.Types.Data { Type = ProcessIO.Types.Data.Types.Type.Stdin, Data_ = ByteString.CopyFromUtf8(text) },
    };

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Master.DisposeAsync();
        Http.Dispose();
        _patience.Dispose();
        Directory.Delete(Work, recursive: true);
    }

    private async System.Threading.Tasks.Task StartAgentAsync()
    {
        var before = Master.Subscriptions.Count;
        Agent = await AgentHost.StartAsync(_adjust(new AgentOptions(Work, [Master.Address])
        {
            Port = 0,
            Resources = "cpus:4;mem:1024;disk:1024",
            StopTasksOnExit = false,
            Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
        }));
        Http = new HttpClient { BaseAddress = Agent.Address };
        await Master.SubscribedAsync(before + 1);
    }

    private sealed class Records(Func<Stream, System.Threading.Tasks.Task> write) : HttpContent
    {
        protected override System.Threading.Tasks.Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

/// <summary>What a container writes, as a client gets it.</summary>
internal sealed class OutputReading(HttpResponseMessage answer, MessageFormat format, CancellationToken timeout) : IDisposable
{
    private readonly RecordIoDecoder _decoder = new();
    private readonly byte[] _buffer = new byte[4096];
    private Stream? _body;

    public HttpResponseMessage Answer => answer;

    public StringBuilder Output { get; } = new();

    public StringBuilder Error { get; } = new();

    public int Heartbeats { get; private set; }

    /// <returns>False at the end.</returns>
    public async Task<bool> NextAsync()
    {
        _body ??= await answer.Content.ReadAsStreamAsync(timeout);
        ReadOnlyMemory<byte> record;
        while (!_decoder.TryRead(out record))
        {
            var read = await _body.ReadAsync(_buffer, timeout);
            if (read == 0)
            {
                Assert.That(_decoder.Complete(), Is.True, _decoder.Failure);
                return false;
            }
            _decoder.Append(_buffer.AsSpan(0, read));
        }
        Assert.That(MessageCodec.Read<ProcessIO>(record.Span, format).TryGet(out var io, out _), Is.True);
        if (io!.Type == ProcessIO.Types.Type.Control)
        {
            Heartbeats++;
        }
        else
        {
            (io.Data.Type == ProcessIO.Types.Data.Types.Type.Stderr ? Error : Output).Append(io.Data.Data_.ToStringUtf8());
        }
        return true;
    }

    public async Task<OutputReading> ToEndAsync()
    {
        while (await NextAsync())
        {
        }
        return this;
    }

    public System.Threading.Tasks.Task UntilAsync(string text) =>
        UntilAsync(output => output.Contains(text, StringComparison.Ordinal), $"'{text}'");

    public async System.Threading.Tasks.Task UntilAsync(Func<string, bool> enough, string what)
    {
        while (!enough(Output.ToString()))
        {
            Assert.That(await NextAsync(), Is.True, $"the output ended before {what}: {Output}{Error}");
        }
    }

    public void Dispose() => answer.Dispose();
}
