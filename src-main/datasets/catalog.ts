/** The files, classes and checksums of imported data sets, as their authors publish them. */
import { datasetEntry, importedDatasetIds, type ImportedDatasetId } from '../contract/datasets/datasetRegistry'
import type { SplitName } from './import/format'

/** Records that form one file in every published form. */
export interface Part {
  split: SplitName
  /** Position of its first record in the split. */
  first: number
  count: number
  binary: string
  python: string
  /** SHA-256 of its records in the binary layout; null if nobody published it. */
  sha256: string | null
  /** MD5 of the Python file; null if `sha256` is enough. */
  pythonMd5: string | null
}

export interface CifarSpec {
  id: ImportedDatasetId
  name: string
  classes: readonly string[]
  /** Number of superclasses with equally many classes, in the first label byte; 0 if there are none. */
  coarse: number
  parts: readonly Part[]
  /** MD5 of the binary archive, for a data set whose parts have no `sha256`. */
  binaryArchiveMd5: string | null
  /** Address of the download page, for advice. */
  archive: string
  download: Download
}

/** The facts of a data set that are not in the registry. */
type CifarFiles = Omit<CifarSpec, 'id' | 'name'>

/** The archive on its site. */
export interface Download {
  /** https only. */
  url: string
  bytes: number
  /** MD5 that the site publishes. */
  md5: string
  /**
   * SHA-256 of the same file, because an MD5 can be forged. From TensorFlow Datasets (url_checksums/cifar10.txt,
   * cifar100.txt).
   */
  sha256: string
}

const site = 'https://www.cs.toronto.edu/~kriz'

/** SHA-256 of the records, computed from Python files with the official MD5. */
const cifar10Train = [
  'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
  'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
  'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
  '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
  '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
]

const cifar10: CifarFiles = {
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  coarse: 0,
  parts: [
    ...cifar10Train.map((sha256, i): Part => {
      const name = `data_batch_${i + 1}`
      return {
        split: 'train',
        first: i * 10000,
        count: 10000,
        binary: `${name}.bin`,
        python: name,
        sha256,
        pythonMd5: null,
      }
    }),
    {
      split: 'test',
      first: 0,
      count: 10000,
      binary: 'test_batch.bin',
      python: 'test_batch',
      sha256: '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
      pythonMd5: null,
    },
  ],
  binaryArchiveMd5: null,
  archive: 'cifar-10-binary.tar.gz',
  download: {
    url: `${site}/cifar-10-binary.tar.gz`,
    bytes: 170052171,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  },
}

const cifar100: CifarFiles = {
  classes: (
    'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle ' +
    'caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant ' +
    'flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man ' +
    'maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree ' +
    'plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper ' +
    'snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train ' +
    'trout tulip turtle wardrobe whale willow_tree wolf woman worm'
  ).split(' '),
  coarse: 20,
  // MD5 sums as in torchvision/datasets/cifar.py.
  parts: [
    {
      split: 'train',
      first: 0,
      count: 50000,
      binary: 'train.bin',
      python: 'train',
      sha256: null,
      pythonMd5: '16019d7e3df5f24257cddd939b257f8d',
    },
    {
      split: 'test',
      first: 0,
      count: 10000,
      binary: 'test.bin',
      python: 'test',
      sha256: null,
      pythonMd5: 'f0ef6b0ae62326f3e7ffdfab6717acfc',
    },
  ],
  binaryArchiveMd5: '03b5dce01913d631647c71ecec9e9cb8',
  archive: 'cifar-100-binary.tar.gz',
  download: {
    url: `${site}/cifar-100-binary.tar.gz`,
    bytes: 168513733,
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
  },
}

const files: Record<ImportedDatasetId, CifarFiles> = { 'cifar-10': cifar10, 'cifar-100': cifar100 }

export const cifarSpecs: readonly CifarSpec[] = importedDatasetIds.map((id) => ({
  id,
  name: datasetEntry(id).name,
  ...files[id],
}))

export function labelBytesOf(spec: CifarSpec): number {
  return spec.coarse === 0 ? 1 : 2
}

export function countOf(spec: CifarSpec, split: SplitName): number {
  return spec.parts.reduce((sum, part) => sum + (part.split === split ? part.count : 0), 0)
}
