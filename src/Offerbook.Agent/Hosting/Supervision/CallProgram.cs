using System.Buffers.Binary;
using Offerbook.Actors;
using System.Text;

namespace Offerbook.Agent.Hosting.Supervision;

/// <summary>
/// A program that does nothing but call the kernel: written down call by call, made into an executable file for Linux on x86-64. It needs
/// no
/// compiler to be made and no library to run, so that it starts in a sixth of the time of a shell.
///
/// Everything it knows is in slots (8 bytes) and texts at fixed addresses. The result of each call, or of a <see cref="Load"/>, is what the
/// next
/// <see cref="Store"/>, <see cref="JumpIfError"/> or <see cref="JumpIfZero"/> looks at; a failed call's result is the negative error
/// number.
/// It uses no stack, so that a child made by vfork, which shares its parent's memory, disturbs nothing.
/// </summary>
internal sealed class CallProgram
{
    private const int DataBytesMax = 4096;

    /// <summary>Registers in which the kernel expects a call's arguments: rdi, rsi, rdx, r10, r8, r9.</summary>
    private static readonly byte[] ArgumentRegisters = [7, 6, 2, 10, 8, 9];

    private readonly List<byte> _code = [];
    private readonly List<byte> _data = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<(int At, string Label)> _jumps = [];

    /// <summary>A new slot.</summary>
    public Slot NewSlot(long value = 0)
    {
        _data.AddRange(new byte[-_data.Count & 7]);
        var slot = new Slot(Address);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _data.AddRange(bytes);
        return slot;
    }

    /// <summary>Room that the kernel fills, as a pointer to it.</summary>
    public Operand Room(int bytes)
    {
        var first = NewSlot();
        _data.AddRange(new byte[bytes]);
        return first.Pointer;
    }

    /// <summary>A text without a zero behind it, as a pointer to it.</summary>
    public Operand Text(string text)
    {
        var pointer = new Operand(Address, IsLoaded: false);
        _data.AddRange(Encoding.UTF8.GetBytes(text));
        return pointer;
    }

    /// <summary>A text as C wants it.</summary>
    public Operand Path(string text) => Text(text + "\0");

    /// <summary>Parts that one call writes (writev).</summary>
    /// <param name="parts">Each part's pointer, or null for one that is stored later, and its length.</param>
    public Line NewLine(params IReadOnlyList<(Operand? Pointer, int Length)> parts)
    {
        var slots = new List<(Slot, Slot)>();
        foreach (var (pointer, length) in parts)
        {
            slots.Add((NewSlot(pointer?.Value ?? 0), NewSlot(length)));
        }
        return new Line(slots[0].Item1.Pointer, slots);
    }

    /// <summary>As <see cref="NewLine"/>, of texts; an empty one is stored later.</summary>
    public Line NewLineOf(params IReadOnlyList<string> texts) =>
        NewLine([.. texts.Select(text => text.Length == 0 ? ((Operand?)null, 0) : (Text(text), Encoding.UTF8.GetByteCount(text)))]);

    public void Label(string name) => _labels.Add(name, _code.Count);

    /// <summary>Calls the kernel.</summary>
    public void Call(int number, params IReadOnlyList<Operand> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            Put(ArgumentRegisters[i], arguments[i]);
        }
        // mov eax, number; syscall
        Emit(0xB8);
        EmitInt(number);
        Emit(0x0F, 0x05);
    }

    /// <summary>Keeps the result. mov [slot], rax</summary>
    public void Store(Slot slot) => EmitAt(slot, 0x48, 0x89, 0x04, 0x25);

    /// <summary>mov rax, [slot]</summary>
    public void Load(Slot slot) => EmitAt(slot, 0x48, 0x8B, 0x04, 0x25);

    /// <summary>Four bytes at an address. mov eax, [address]</summary>
    public void LoadInt(Operand pointer, int offset) => EmitAt(new Slot((int)pointer.Value + offset), 0x8B, 0x04, 0x25);

    /// <summary>What stands where the result points to. mov rax, [rax]</summary>
    public void Follow() => Emit(0x48, 0x8B, 0x00);

    /// <summary>The byte to which the result points. movzx eax, byte [rax]</summary>
    public void FollowToByte() => Emit(0x0F, 0xB6, 0x00);

    /// <summary>neg rax</summary>
    public void Negate() => Emit(0x48, 0xF7, 0xD8);

    /// <summary>The result times eight. shl rax, 3</summary>
    public void TimesEight() => Emit(0x48, 0xC1, 0xE0, 0x03);

    /// <summary>add rax, constant</summary>
    public void Add(Operand constant)
    {
        Emit(0x48, 0x05);
        EmitInt((int)constant.Value);
    }

    /// <summary>add rax, [slot]</summary>
    public void Add(Slot slot) => EmitAt(slot, 0x48, 0x03, 0x04, 0x25);

    /// <summary>mov qword [slot], value</summary>
    public void Set(Slot slot, int value)
    {
        EmitAt(slot, 0x48, 0xC7, 0x04, 0x25);
        EmitInt(value);
    }

    /// <summary>Where the kernel put the number of arguments, the arguments and the environment. mov [slot], rsp</summary>
    public void StoreStart(Slot slot) => EmitAt(slot, 0x48, 0x89, 0x24, 0x25);

    /// <summary>jmp</summary>
    public void Jump(string label) => EmitJump(label, 0xE9);

    /// <summary>test rax, rax; js</summary>
    public void JumpIfError(string label) => EmitJump(label, 0x48, 0x85, 0xC0, 0x0F, 0x88);

    /// <summary>test rax, rax; je</summary>
    public void JumpIfZero(string label) => EmitJump(label, 0x48, 0x85, 0xC0, 0x0F, 0x84);

    /// <summary>The executable file.</summary>
    public byte[] ToFile()
    {
        Invariant.Check(_data.Count <= DataBytesMax, "a program of calls has more data than its page holds");
        var code = _code.ToArray();
        foreach (var (at, label) in _jumps)
        {
            // Relative to the instruction that follows.
            BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(at), _labels[label] - (at + sizeof(int)));
        }
        return ElfFile.Of(code, [.. _data]);
    }

    private int Address => ElfFile.DataAddress + _data.Count;

    /// <summary>mov register, constant; or mov register, [slot]</summary>
    private void Put(byte register, Operand operand)
    {
        const byte wide = 0x48, extended = 0x01, extendedTarget = 0x04;
        var low = (byte)(register & 7);
        if (operand.IsLoaded)
        {
            Emit((byte)(wide | (register > 7 ? extendedTarget : 0)), 0x8B, (byte)(0x04 | low << 3), 0x25);
        }
        else
        {
            Emit((byte)(wide | (register > 7 ? extended : 0)), 0xC7, (byte)(0xC0 | low));
        }
        EmitInt((int)operand.Value);
    }

    private void Emit(params ReadOnlySpan<byte> bytes) => _code.AddRange(bytes);

    private void EmitAt(Slot slot, params ReadOnlySpan<byte> instruction)
    {
        _code.AddRange(instruction);
        EmitInt(slot.Address);
    }

    private void EmitInt(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _code.AddRange(bytes);
    }

    private void EmitJump(string label, params ReadOnlySpan<byte> instruction)
    {
        _code.AddRange(instruction);
        _jumps.Add((_code.Count, label));
        EmitInt(0);
    }

    /// <summary>Eight bytes of memory.</summary>
    public readonly record struct Slot(int Address)
    {
        /// <summary>Its address, as an argument.</summary>
        public Operand Pointer => new(Address, IsLoaded: false);
    }

    /// <summary>An argument: a number (a pointer is one), or what a slot holds at that moment.</summary>
    public readonly record struct Operand(long Value, bool IsLoaded)
    {
        public static implicit operator Operand(int value) => new(value, IsLoaded: false);

        public static implicit operator Operand(Slot slot) => new(slot.Address, IsLoaded: true);
    }

    /// <param name="Parts">Where each part's pointer and length stand.</param>
    public sealed record Line(Operand Pointer, IReadOnlyList<(Slot Pointer, Slot Length)> Parts);
}
