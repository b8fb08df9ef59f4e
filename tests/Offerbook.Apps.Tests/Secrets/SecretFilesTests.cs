using System.Threading.Channels;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Apps.Core;
using Offerbook.Apps.Secrets;
using Offerbook.Apps.Hosting;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Secrets;

/// <summary>Secrets as files.</summary>
public sealed class SecretFilesTests
{
    private readonly Channel<AppsMessage> _told = Channel.CreateUnbounded<AppsMessage>();
    private string _directory = "";
    private SecretFiles _files = null!;

    [SetUp]
    public void Start()
    {
        _directory = System.IO.Directory.CreateTempSubdirectory("offerbook-secrets-").FullName;
        System.IO.Directory.CreateDirectory(Path.Combine(_directory, "shop"));
        _files = new SecretFiles(_directory, (message, stop) => _told.Writer.WriteAsync(message, stop));
    }

    [TearDown]
    public void Stop() => System.IO.Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Value_OfAFile_TakesThePlaceOfItsReferenceEverywhere()
    {
        Write("shop/pw", "s3cret\n");
        Assert.That(await ReadAsync("/shop/pw"), Is.Null);
        var call = CallWith("/shop/pw");
        var filled = _files.Fill(call);
        Assert.That(filled.ToString(), Does.Not.Contain("reference"));
        Assert.That(filled.Accept.Operations[0].Launch.TaskInfos[0].Command.Environment.Variables[0].Secret.Value.Data.ToStringUtf8(),
            Is.EqualTo("s3cret"));
        Assert.That(filled.Accept.Operations[0].Launch.TaskInfos[0].Container.Volumes[0].Source.Secret.Value.Data.ToStringUtf8(),
            Is.EqualTo("s3cret"));
        Assert.That(
            filled.Accept.Operations[1].LaunchGroup.TaskGroup.Tasks[0].Container.Mesos.Image.Docker.Config.Value.Data.ToStringUtf8(),
            Is.EqualTo("s3cret"));
        Assert.That(call, Is.EqualTo(CallWith("/shop/pw")), "the core's own call has no value in it");
    }

    [Test]
    public async Task Value_ThatChanges_IsInTheNextLaunch()
    {
        Write("a", "one");
        await ReadAsync("a");
        Write("a", "two");
        await ReadAsync("a");
        Assert.That(
            _files.Fill(
                CallWith("a")).Accept.Operations[0].Launch.TaskInfos[0].Command.Environment.Variables[0].Secret.Value.Data.ToStringUtf8(),
                    Is.EqualTo("two"));
        File.Delete(Path.Combine(_directory, "a"));
        Assert.That(await ReadAsync("a"), Is.EqualTo("'a' does not exist"));
        Assert.That(
            _files.Fill(CallWith("a")).Accept.Operations[0].Launch.TaskInfos[0].Command.Environment.Variables[0].Secret.Reference.Name,
            Is.EqualTo("a"));
    }

    [TestCase("nowhere", "'nowhere' does not exist")]
    [TestCase("shop", "'shop' does not exist")]
    [TestCase("../etc/passwd", "'../etc/passwd' is not the name of a secret")]
    [TestCase("/", "'/' is not the name of a secret")]
    [TestCase("open", "'open' is open to others (mode 644); chmod 600 it")]
    [TestCase("link", "'link' is reached by a link, which is not followed")]
    [TestCase("elsewhere/x", "'elsewhere/x' is reached by a link, which is not followed")]
    [TestCase("long", "'long' has 65537 bytes, more than 65536")]
    public async Task Source_ThatWillNotDo_IsRefusedWithItsReason(string source, string problem)
    {
        Write("open", "x", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Write("target", "x");
        Write("long", new string('x', SecretFiles.MaxBytes + 1));
        File.CreateSymbolicLink(Path.Combine(_directory, "link"), Path.Combine(_directory, "target"));
        File.CreateSymbolicLink(Path.Combine(_directory, "elsewhere"), "/etc");
        Assert.That(await ReadAsync(source), Is.EqualTo(problem));
    }

    private async Task<string?> ReadAsync(string source)
    {
        _files.Start(new ReadSecrets([source]));
        var seen = ((AppsMessage.SecretsRead)await _told.Reader.ReadAsync()).Secrets.Single();
        Assert.That(seen.Source, Is.EqualTo(source));
        return seen.Problem;
    }

    private void Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
    }

    private static Call CallWith(string source)
    {
        Secret Reference() => new() { Type = Secret.Types.Type.Reference, Reference = new Secret.Types.Reference { Name = source } };
        var task = new TaskInfo
        {
            Name = "a",
            TaskId = new TaskID { Value = "a" },
            AgentId = new AgentID { Value = "a" },
            Command = new CommandInfo
            {
                Environment = new Mesos.V1.Environment
                {
                    Variables = { new Mesos.V1.Environment.Types.Variable { Name = "P",
                        Type = Mesos.V1.Environment.Types.Variable.Types.Type.Secret, Secret = Reference() } },
                },
            },
            Container = new ContainerInfo
            {
                Type = ContainerInfo.Types.Type.Mesos,
                Volumes = { new Volume { Mode = Volume.Types.Mode.Ro, ContainerPath = "p",
                    Source = new Volume.Types.Source { Type = Volume.Types.Source.Types.Type.Secret, Secret = Reference() } } },
                Mesos = new ContainerInfo.Types.MesosInfo { Image = new Image { Type = Image.Types.Type.Docker,
                    Docker = new Image.Types.Docker { Name = "i", Config = Reference() } } },
            },
        };
        return new Call
        {
            Type = Call.Types.Type.Accept,
            Accept = new Call.Types.Accept
            {
                Operations =
                {
                    new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch,
                        Launch = new Offer.Types.Operation.Types.Launch { TaskInfos = { task.Clone() } } },
                    new Offer.Types.Operation
                    {
                        Type = Offer.Types.Operation.Types.Type.LaunchGroup,
                        LaunchGroup =
                            new Offer.Types.Operation.Types.LaunchGroup { TaskGroup = new TaskGroupInfo { Tasks = { task.Clone() } } },
                    },
                },
            },
        };
    }
}
