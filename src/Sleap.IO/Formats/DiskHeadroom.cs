namespace Sleap.IO;

/// <summary>
/// Keeps a file that is being written longer on the disk than what is written in it, by 2 to 4 MB. So a disk that is
/// full shows before the writer of the file fails, which libhdf5 does not survive without losing rows, and there is
/// room to end the file well.
/// </summary>
internal sealed class DiskHeadroom : IDisposable
{
    private const int Least = 2 << 20;
    private const int Most = 4 << 20;
    private static readonly byte[] Block = new byte[1 << 18];
    private readonly FileStream _file;
    private long _length;
    private bool _isFull;

    /// <param name="path">The file to be, for messages.</param>
    /// <param name="written">The temporary file that it is written to, already made.</param>
    /// <param name="end">Where what is written ends.</param>
    /// <exception cref="IOException">The disk is full already.</exception>
    public DiskHeadroom(string path, string written, long end)
    {
        _file = new FileStream(written, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _length = _file.Length;
        if (Ensure(end))
            return;
        _file.Dispose();
        throw new IOException($"{path} cannot be written: the disk has less than {Most >> 20} MB left.");
    }

    /// <summary>
    /// Lengthens the file where it must be; false once the disk is full, and then what is there is room for the end.
    /// </summary>
    /// <param name="end">Where what is written ends.</param>
    public bool Ensure(long end)
    {
        if (_isFull || _length - end >= Least)
            return !_isFull;
        try
        {
            _file.Position = Math.Max(_length, end);
            while (_file.Position < end + Most)
                _file.Write(Block);
            _length = _file.Position;
        }
        catch (IOException)
        {
            _isFull = true;
        }
        return !_isFull;
    }

    /// <summary>Takes off what lies behind the end, when the writer is done.</summary>
    public void Trim(long end)
    {
        if (_file.Length > end)
            _file.SetLength(end);
    }

    public void Dispose() => _file.Dispose();
}
