namespace Microsoft.ML.Data;

/// <summary>Several streams, such as the files of a data set.</summary>
public interface IMultiStreamSource
{
    int Count { get; }

    string GetPathOrNull(int index);

    Stream Open(int index);

    TextReader OpenTextReader(int index);
}
