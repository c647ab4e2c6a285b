import type { Role } from '@offramp/core'

/** Roles that mail servers have a special mailbox for. */
export type SpecialRole = Extract<Role, 'inbox' | 'sent' | 'drafts' | 'trash' | 'junk' | 'archive'>

/** RFC 6154 attributes, in lower case: Cyrus 3.6 writes them so. */
export const USE_ATTRIBUTES: Readonly<Record<string, SpecialRole>> = {
  '\\sent': 'sent',
  '\\drafts': 'drafts',
  '\\trash': 'trash',
  '\\junk': 'junk',
  '\\archive': 'archive',
}

/** What a special mailbox is called where it has to be made: names that every mail program knows. */
export const CANONICAL: Readonly<Record<Exclude<SpecialRole, 'inbox'>, string>> = {
  sent: 'Sent',
  drafts: 'Drafts',
  trash: 'Trash',
  junk: 'Junk',
  archive: 'Archive',
}

/** How mail programs and Exchange call these folders, by language. */
const NAMES: Readonly<Record<SpecialRole, string>> = {
  inbox:
    'Inbox|Posteingang|Boîte de réception|Bandeja de entrada|Posta in arrivo|Postvak IN|Skrzynka odbiorcza|Caixa de Entrada|Inkorgen|Indbakke|Innboks|' +
    'Saapuneet|Doručená pošta|Beérkezett üzenetek|Входящие|Вхідні|Εισερχόμενα|Gelen Kutusu|受信トレイ|收件箱|收件匣|받은 편지함|Mesaje primite|Safata d’entrada',
  sent:
    'Sent|Sent Items|Sent Mail|Sent Messages|Gesendet|Gesendete Elemente|Gesendete Objekte|Éléments envoyés|Messages envoyés|Envoyés|Elementos enviados|Enviados|' +
    'Posta inviata|Inviati|Verzonden items|Verzonden|Elementy wysłane|Wysłane|Itens Enviados|Mensagens enviadas|Itens enviados|Skickat|Skickade objekt|' +
    'Sendt post|Sendte elementer|Sendt|Lähetetyt|Lähetetyt kohteet|Odeslaná pošta|Odeslané|Elküldött elemek|Elküldött|Отправленные|Надіслані|Απεσταλμένα|' +
    'Gönderilmiş Öğeler|Gönderilenler|送信済みアイテム|送信済み|已发送邮件|已发送|寄件備份|보낸 편지함|보낸편지함|Elemente trimise|Elements enviats',
  drafts:
    'Drafts|Draft|Entwürfe|Brouillons|Borradores|Bozze|Concepten|Wersje robocze|Kopie robocze|Rascunhos|Utkast|Kladder|Luonnokset|Koncepty|Piszkozatok|' +
    'Черновики|Чернетки|Πρόχειρα|Taslaklar|下書き|草稿|임시 보관함|임시보관함|Schițe|Esborranys',
  trash:
    'Trash|Deleted Items|Deleted Messages|Bin|Gelöschte Elemente|Gelöschte Objekte|Papierkorb|Éléments supprimés|Corbeille|Elementos eliminados|Papelera|' +
    'Posta eliminata|Cestino|Verwijderde items|Prullenbak|Elementy usunięte|Kosz|Itens Excluídos|Itens Eliminados|Lixo|Lixeira|Borttagna objekt|Papperskorgen|' +
    'Slettet post|Slettede elementer|Papirkurv|Poistetut|Poistetut kohteet|Roskakori|Odstraněná pošta|Koš|Törölt elemek|Kuka|Удаленные|Удалённые|Корзина|' +
    'Видалені|Кошик|Διαγραμμένα|Silinmiş Öğeler|Çöp Kutusu|削除済みアイテム|ゴミ箱|已删除邮件|已刪除的郵件|지운 편지함|휴지통|Elemente șterse|Elements suprimits',
  junk:
    'Junk|Spam|Junk Email|Junk E-mail|Junk-E-Mail|Bulk Mail|Courrier indésirable|Indésirables|Correo no deseado|Posta indesiderata|Ongewenste e-mail|Ongewenst|' +
    'Wiadomości-śmieci|Śmieci|Lixo Eletrônico|E-mail de lixo|Lixo eletrónico|Skräppost|Uønsket mail|Uønsket e-post|Søppelpost|Roskaposti|Nevyžádaná pošta|' +
    'Levélszemét|Нежелательная почта|Спам|Небажана пошта|Ανεπιθύμητη αλληλογραφία|Önemsiz E-posta|迷惑メール|垃圾邮件|垃圾郵件|정크 메일|스팸|E-mail nedorit|Correu brossa',
  archive:
    'Archive|Archives|Archiv|Archivo|Archivio|Archief|Archiwum|Arquivo Morto|Arquivo|Arkiv|Arkiverad|Arkisto|Archív|Archívum|Архив|Архів|Αρχειοθήκη|Arşiv|' +
    'アーカイブ|存档|封存|보관|Arhivă|Arxiu',
}

const fold = (name: string): string => name.normalize('NFC').toLowerCase().trim()

const BY_NAME: ReadonlyMap<string, SpecialRole> = new Map(
  (['inbox', 'sent', 'drafts', 'trash', 'junk', 'archive'] as const).flatMap((role) =>
    NAMES[role].split('|').map((name) => [fold(name), role] as const),
  ),
)

/** What a folder at the top is for, told by its name in any of about twenty languages; undefined when that says nothing. */
export const roleOfName = (name: string): SpecialRole | undefined => BY_NAME.get(fold(name))

export const isSpecialRole = (role: Role | undefined): role is SpecialRole => role !== undefined && role in NAMES
