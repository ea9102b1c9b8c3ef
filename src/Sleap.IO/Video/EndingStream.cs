namespace Sleap.IO;

/// <summary>
/// Bytes for StbImageSharp, which takes the end of a stream for zeros and searches on in them without end: after as
/// many reads behind the end as a picture cut short may need, reading throws.
/// </summary>
internal sealed class EndingStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    private const int MostReadsBehind = 4096;

    private int _behind;
    private int _seeks;

    /// <inheritdoc/>
    public override int ReadByte()
    {
        var read = base.ReadByte();
        if (read < 0)
            CountBehind();
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = base.Read(buffer, offset, count);
        if (read < count)
            CountBehind();
        return read;
    }

    /// <summary>
    /// A damaged length leads back and round for ever: no picture skips more often than it has room for parts to skip.
    /// </summary>
    public override long Seek(long offset, SeekOrigin loc)
    {
        if (++_seeks > (Length / 4) + 64)
            throw new EndOfStreamException("its parts lead round in a circle");
        return base.Seek(offset, loc);
    }

    private void CountBehind()
    {
        if (++_behind > MostReadsBehind)
            throw new EndOfStreamException("it ends too early");
    }
}
