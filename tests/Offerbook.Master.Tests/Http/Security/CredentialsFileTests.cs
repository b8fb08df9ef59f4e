using Offerbook.Master.Http.Security;

namespace Offerbook.Master.Tests.Http.Security;

public sealed class CredentialsFileTests
{
    private string _file = null!;

    [SetUp]
    public void Create() => _file = Path.GetTempFileName();

    [TearDown]
    public void Delete() => File.Delete(_file);

    [TestCase("""{"credentials": [{"principal": "ops", "secret": "s1"}, {"principal": "apps", "secret": "s 2"}]}""", "ops=s1 apps=s 2")]
    [TestCase("ops s1\n\n  apps\ts2  \n", "ops=s1 apps=s2")]
    public void File_InEitherForm_IsRead(string content, string expected)
    {
        Write(content, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var warnings = new List<string>();

        var read = CredentialsFile.Load("file://" + _file, warnings.Add);

        Assert.That(string.Join(' ', read.Select(one => $"{one.Key}={one.Value}")), Is.EqualTo(expected));
        Assert.That(warnings, Is.Empty);
    }

    [TestCase("", "holds no credentials")]
    [TestCase("{", "is not JSON (line 1, column 1)")]
    [TestCase("""{"credentials": 1}""", "expecting an object with a list 'credentials'")]
    [TestCase("""{"credentials": []}""", "holds no credentials")]
    [TestCase("""{"credentials": [{"principal": "a"}]}""", "credentials[0]: principal 'a' has no secret")]
    [TestCase("""{"credentials": [{"principal": "a", "secret": "hush"}, {"principal": "a", "secret": "hush"}]}""", "credentials[1]: principal 'a' is there twice")]
    [TestCase("""{"credentials": [{"principal": "a:b", "secret": "hush"}]}""", "credentials[0]: a principal must not be empty or contain a colon")]
    [TestCase("""{"credentials": [7]}""", "credentials[0]: expecting an object")]
    [TestCase("ops hush hush", "line 1: expecting a principal and a secret")]
    public void File_Faulty_IsRefusedWithThePlaceAndWithoutTheSecret(string content, string expected)
    {
        Write(content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.That(() => CredentialsFile.Load(_file),
            Throws.TypeOf<FormatException>().With.Message.Contains(expected).And.Message.Not.Contains("hush"));
    }

    [Test]
    public void File_ThatOthersCanRead_IsWarnedOf()
    {
        Write("ops s1", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var warnings = new List<string>();

        CredentialsFile.Load(_file, warnings.Add);

        Assert.That(warnings, Is.EqualTo(new[] { $"Others than its owner may read the credentials file '{_file}'. Run chmod 600 on it" }));
    }

    [Test]
    public void File_ThatAnybodyCanChange_IsRefused()
    {
        Write("ops s1", UnixFileMode.UserRead | UnixFileMode.OtherWrite);

        Assert.That(() => CredentialsFile.Load(_file), Throws.TypeOf<FormatException>().With.Message.Contains("everybody may write"));
    }

    [Test]
    public void File_Missing_IsNamed()
    {
        Assert.That(() => CredentialsFile.Load(_file + ".not"), Throws.TypeOf<FormatException>().With.Message.Contains(_file + ".not"));
    }

    private void Write(string content, UnixFileMode mode)
    {
        File.WriteAllText(_file, content);
        File.SetUnixFileMode(_file, mode);
    }
}
